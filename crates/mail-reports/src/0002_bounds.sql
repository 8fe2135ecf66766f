-- How many rows of report_row or report_tls a report has, so that a day's can be summed without counting them.
ALTER TABLE report ADD COLUMN row_count BIGINT NOT NULL DEFAULT 0;
-- Letters of its rows that were not kept.
ALTER TABLE report ADD COLUMN left_out BIGINT NOT NULL DEFAULT 0;
UPDATE report SET row_count =
    (SELECT count(*) FROM report_row WHERE report_row.organisation = report.organisation AND report_row.report = report.id)
    + (SELECT count(*) FROM report_tls
       WHERE report_tls.organisation = report.organisation AND report_tls.report = report.id);
