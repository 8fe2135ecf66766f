//! What screens can do, the command line can: many addresses at once, lists, settings, people.

use serde_json::json;

use super::Machine;

#[tokio::test]
async fn a_list_is_shown_with_each_bad_line_and_made_when_it_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.csv");
    let path = file.to_str().unwrap();
    assert!(!path.contains(['_', ' ']), "the test's command line has its own words");
    for machine in Machine::each() {
        machine.json("organisation create Acme").await;
        machine.json("domain create acme.test").await;
        machine.json("address create anna@acme.test").await;
        std::fs::write(&file, "zoe;;Zoé;5 GB;front desk\nanna\nbob@other.test\nmax;short\n").unwrap();
        let import = format!("address import {path} --domain acme.test");
        let preview = machine.json(&format!("{import} --preview")).await;
        assert_eq!((preview["lines"].as_u64(), preview["bad"].as_u64()), (Some(4), Some(3)), "{preview}");
        let faults: Vec<&str> = preview["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["fault"]["kind"].as_str().unwrap_or("good"))
            .collect();
        assert_eq!(faults, ["good", "taken", "local-part", "password"]);
        assert!(!preview.to_string().contains("short"), "a password is not told: {preview}");
        // Without a word about bad lines nothing is made, and the bad lines are named.
        let refused = machine.run(&import).await.unwrap();
        assert_eq!(refused.status(), 1);
        let text = refused.to_text();
        assert!(text.contains("4 lines, 3 of them bad; nothing is made") && !text.contains("zoe"), "{text}");
        assert_eq!(machine.json("address list").await.as_array().unwrap().len(), 1);
        let made = machine.json(&format!("{import} --only-good --make-passwords")).await;
        assert_eq!((made["state"].as_str(), made["made"].as_u64()), (Some("done"), Some(1)), "{made}");
        assert_eq!(made["passwords"][0]["address"], "zoe@acme.test");
        let zoe = machine.json("address show zoe@acme.test").await;
        assert_eq!(
            (zoe["note"].as_str(), zoe["quota_bytes"].as_u64()),
            (Some("front desk"), Some(5_000_000_000))
        );
        assert!(machine.text("log changes").await.contains("create addresses"));
    }
}

#[tokio::test]
async fn one_act_is_done_to_many_addresses_with_a_result_for_each() {
    for machine in Machine::each() {
        machine.json("organisation create Acme").await;
        machine.json("domain create acme.test").await;
        machine.json("address create a@acme.test").await;
        machine.json("address create b@acme.test").await;
        machine.json("address create c@acme.test --alias-to a@acme.test").await;
        let all = "a@acme.test b@acme.test c@acme.test";
        let done = machine.json(&format!("address act quota {all} --quota 2GB")).await;
        let changed: Vec<bool> =
            done.as_array().unwrap().iter().map(|one| one["changed"].as_bool().unwrap()).collect();
        assert_eq!(changed, [true, true, false], "an alias has no quota");
        machine.json("address disable b@acme.test").await;
        let done = machine.text(&format!("address act disable {all}")).await;
        assert!(done.contains("passed over"), "{done}");
        assert_eq!(machine.json("address show c@acme.test").await["disabled"], true);
        let mixed = machine.run(&format!("address act enable {all} --quota 1GB")).await;
        assert!(mixed.is_err(), "what would be dropped is not taken");
        assert_eq!(machine.json("address show c@acme.test").await["disabled"], true);
        // All, or none.
        let refused = machine.refusal("address act delete a@acme.test nobody@acme.test").await;
        assert_eq!(refused["kind"], "not_found");
        machine.json(&format!("address act delete {all}")).await;
        assert_eq!(machine.json("address list").await, json!([]));
        assert_eq!(machine.json("address deleted").await.as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn an_organisation_says_whom_to_ask_and_how_its_pages_look() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    std::fs::write(&logo, r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9"/></svg>"#).unwrap();
    for machine in Machine::each() {
        machine.json("organisation create Acme").await;
        machine
            .json(&format!(
                "organisation change Acme --support-email help@acme.test --support-hours 8_to_18 --brand-colour \
                 #0b4f57 --brand-name ACME --require-second-factor yes --logo {}",
                logo.to_str().unwrap()
            ))
            .await;
        let settings = machine.json("organisation settings Acme").await;
        assert_eq!(settings["support_email"], "help@acme.test");
        assert_eq!(settings["support_hours"], "8 to 18");
        assert_eq!(
            (&settings["has_logo"], &settings["requires_second_factor"]),
            (&json!(true), &json!(true))
        );
        let refused = machine.refusal("organisation change Acme --name Other --brand-colour #ffffff").await;
        assert_eq!(refused["field"], "brand_colour");
        assert_eq!(machine.json("organisation show Acme").await["name"], "Acme", "all of it, or nothing");
        machine.json("organisation change Acme --no-logo").await;
        assert_eq!(machine.json("organisation settings Acme").await["has_logo"], false);
    }
}

#[tokio::test]
async fn a_role_is_narrowed_and_a_person_has_a_language_sessions_and_passwords() {
    for machine in Machine::each() {
        machine.json("organisation create Acme").await;
        machine.json("domain create acme.test").await;
        machine.json("address create boss@acme.test").await;
        machine.json("user create owner@acme.test --role legal-owner").await;
        let user = machine.json("user create u@far.test --language de").await;
        assert_eq!(machine.json("user profile u@far.test").await["language"], "de");
        let profile = machine
            .json("user profile u@far.test --phone +41_21_555_00_00 --contact home@far.test --language it")
            .await;
        assert_eq!((&profile["contacts"], &profile["language"]), (&json!(["home@far.test"]), &json!("it")));
        let bare = machine.json("user profile u@far.test --no-contacts").await;
        assert_eq!((&bare["contacts"], &bare["language"]), (&json!([]), &json!("it")));
        let limited = machine.json("user role u@far.test administrator --domain acme.test").await;
        assert!(limited["domain"].is_string(), "{limited}");
        let service = machine.json("service list").await[0]["id"].as_str().unwrap().to_owned();
        let given = machine.json(&format!("user role u@far.test collaborator --service {service}")).await;
        assert_eq!((&given["domain"], &given["services"]), (&json!(null), &json!([service])));
        let free = machine.json("user role u@far.test administrator").await;
        assert_eq!((&free["domain"], &free["services"]), (&json!(null), &json!([])));

        let directory = &machine.installation.directory;
        let (source, password) = ("192.0.2.9".parse().unwrap(), user["password"].as_str().unwrap());
        for agent in ["Firefox", "Safari"] {
            let password = directory::Zeroizing::new(password.to_owned());
            let signed = directory.sign_in("u@far.test", &password, source).await.unwrap();
            directory.enter(&signed, source, agent).await.unwrap();
        }
        let open = machine.json("user sessions u@far.test").await;
        assert_eq!((open.as_array().unwrap().len(), &open[0]["source"]), (2, &json!("192.0.2.9")));
        let one = open[0]["id"].as_str().unwrap();
        assert_eq!(machine.json(&format!("user end-sessions u@far.test --session {one}")).await["ended"], 1);
        assert_eq!(
            machine.refusal(&format!("user end-sessions u@far.test --session {one}")).await["kind"],
            "not_found"
        );
        assert_eq!(machine.json("user end-sessions u@far.test").await["ended"], 1);
        assert_eq!(machine.json("user sessions u@far.test").await, json!([]));
        assert_eq!(machine.json("user device-passwords u@far.test").await, json!([]));
        assert!(machine.text("log changes").await.contains("end sessions"));
    }
}

#[tokio::test]
async fn targets_of_a_new_redirection_are_asked_in_the_language_that_was_said() {
    for machine in Machine::each() {
        machine.json("organisation create Acme").await;
        machine.json("domain create acme.test").await;
        machine.json("address create r@acme.test --redirect-to zed@far.test --language de").await;
        let letters = machine.installation.directory.forward_letters().await.unwrap();
        assert_eq!(letters.iter().map(|letter| letter.asked.language.as_str()).collect::<Vec<_>>(), ["de"]);
    }
}
