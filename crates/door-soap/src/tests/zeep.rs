//! zeep, a SOAP client of strangers, does everything over loopback.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn zeep_sends_reads_and_administers_in_both_versions() {
    let door = door(Limits::default()).await;
    let base = door.url("");
    let run = move || python(include_str!("zeep.py"), &[&base]);
    let said = tokio::task::spawn_blocking(run).await.expect("the script ends");
    assert_eq!(said.trim(), "done", "{said}");
    // A payslip to three recipients for each version, once each although sent twice, and two by MTOM.
    assert_eq!(door.operations.letters(), 4);
    let payslip = door.operations.attachments();
    assert!(payslip.iter().all(|one| one.as_ref() == b"%PDF-1.4\r\n--b\r\n\x00\xff payslip"), "{payslip:?}");
    door.end().await;
}
