//! Services that send for others, known by the names of their servers.

/// A suffix of the names of a service's servers, and what people call it.
const KNOWN: &[(&str, &str)] = &[
    ("google.com", "Google Workspace"),
    ("outlook.com", "Microsoft 365"),
    ("office365.com", "Microsoft 365"),
    ("infomaniak.ch", "Infomaniak"),
    ("amazonses.com", "Amazon SES"),
    ("sendgrid.net", "SendGrid"),
    ("mailgun.net", "Mailgun"),
    ("mailgun.org", "Mailgun"),
    ("mcsv.net", "Mailchimp"),
    ("mcdlv.net", "Mailchimp"),
    ("rsgsv.net", "Mailchimp"),
    ("mandrillapp.com", "Mandrill"),
    ("mailjet.com", "Mailjet"),
    ("sendinblue.com", "Brevo"),
    ("brevo.com", "Brevo"),
    ("mtasv.net", "Postmark"),
    ("sparkpostmail.com", "SparkPost"),
    ("zendesk.com", "Zendesk"),
    ("salesforce.com", "Salesforce"),
    ("exacttarget.com", "Salesforce Marketing Cloud"),
    ("hubspotemail.net", "HubSpot"),
    ("mailerlite.com", "MailerLite"),
    ("createsend.com", "Campaign Monitor"),
    ("cmail19.com", "Campaign Monitor"),
    ("cmail20.com", "Campaign Monitor"),
    ("constantcontact.com", "Constant Contact"),
    ("zoho.com", "Zoho"),
    ("zoho.eu", "Zoho"),
    ("protonmail.ch", "Proton"),
    ("mimecast.com", "Mimecast"),
    ("pphosted.com", "Proofpoint"),
    ("messagelabs.com", "Symantec.cloud"),
    ("yahoo.com", "Yahoo"),
    ("icloud.com", "iCloud"),
    ("apple.com", "Apple"),
    ("gandi.net", "Gandi"),
    ("ovh.net", "OVHcloud"),
    ("hostpoint.ch", "Hostpoint"),
    ("bluewin.ch", "Swisscom"),
    ("swisscom.com", "Swisscom"),
    ("hin.ch", "HIN"),
    ("odoo.com", "Odoo"),
    ("shopify.com", "Shopify"),
    ("freshdesk.com", "Freshdesk"),
    ("emailsrvr.com", "Rackspace Email"),
    ("fastmail.com", "Fastmail"),
    ("messagingengine.com", "Fastmail"),
    ("mailfence.com", "Mailfence"),
    ("gmx.net", "GMX"),
    ("kundenserver.de", "IONOS"),
    ("mailpro.com", "Mailpro"),
];

/// The service to which a server of that name belongs.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_below =
        |suffix: &str| name == suffix || name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
    KNOWN.iter().find(|(suffix, _)| is_below(suffix)).map(|(_, service)| *service)
}
