use super::*;
use proptest::prelude::*;
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 09 - 24);
const TASK: &str = "11310000MB2F30661Y2312003564000";

/// req: IDENT-034
#[test]
fn a_citizen_number_tells_birth_sex_and_kind() {
    let id = CitizenId::parse(" 11010519491231002x ", TODAY).unwrap();
    assert_eq!(id.as_str(), "11010519491231002X");
    assert_eq!((id.birth_date(), id.sex(), id.address_code()), (date!(1949 - 12 - 31), Sex::Female, "110105"));
    assert_eq!((id.age_on(date!(2026 - 12 - 30)), id.age_on(date!(2026 - 12 - 31))), (76, 77));
    assert_eq!(format!("{id:?}"), "CitizenId(110***********002X)", "logs never hold the number");
    let kind = |address| CitizenId::build(address, date!(1990 - 03 - 07), 123).unwrap().kind();
    assert_eq!(kind("440106"), CitizenIdKind::Citizen);
    assert_eq!(kind("810000"), CitizenIdKind::HongKongResident);
    assert_eq!(kind("820000"), CitizenIdKind::MacaoResident);
    assert_eq!(kind("830000"), CitizenIdKind::TaiwanResident);
    assert_eq!(kind("931840"), CitizenIdKind::ForeignPermanentResident);
}

#[test]
fn a_citizen_number_is_checked_in_order_and_says_what_is_wrong() {
    let error = |text| CitizenId::parse(text, TODAY).unwrap_err();
    assert_eq!(error(""), CitizenIdError::Empty);
    assert_eq!(error("1101051949123100").to_string(), "身份证号码要 18 位，您填了 16 位");
    assert_eq!(error("1101O519491231002X"), CitizenIdError::Character { position: 5, found: 'O' });
    assert_eq!(error("X10105194912310021"), CitizenIdError::Character { position: 1, found: 'X' });
    assert_eq!(error("11010519490231002X"), CitizenIdError::Date("19490231".into()));
    assert_eq!(error("110105202612310021"), CitizenIdError::Future("20261231".into()), "before the check digit");
    assert_eq!(error("110105194912310021"), CitizenIdError::Check);
    assert_eq!(error("110105194912310０２1"), CitizenIdError::Check, "full-width digits are read");
    assert!(CitizenId::parse("99010519491231002X", TODAY).is_err_and(|e| e == CitizenIdError::Check));
}

#[test]
fn live_social_credit_codes_pass_and_a_wrong_one_does_not() {
    for live in ["11310000MB2F30661Y", "12441500196720244T", "91440101MA5CJMYA97"] {
        let code = Uscc::parse(&live.to_lowercase()).unwrap();
        assert_eq!(code.as_str(), live);
        assert!(OrganisationCode::parse(code.organisation_code()).is_ok(), "{live}");
    }
    assert_eq!(Uscc::parse("91350100M000100Y4Z"), Err(UsccError::Character { position: 18, found: 'Z' }));
    assert_eq!(Uscc::build("91350100M000100Y4").unwrap().as_str(), "91350100M000100Y43");
    assert_eq!(Uscc::parse("91350100M000100Y44"), Err(UsccError::Check));
    assert!(Uscc::accept_despite_check("91350100M000100Y44").is_ok());
    assert_eq!(Uscc::parse("9135010").unwrap_err().to_string(), "统一社会信用代码要 18 位，您填了 7 位");
    assert_eq!(Uscc::parse("91O50100M000100Y43"), Err(UsccError::Character { position: 3, found: 'O' }));
    assert_eq!(Uscc::parse("91A50100M000100Y43"), Err(UsccError::Region));
    let code = Uscc::parse("91440101MA5CJMYA97").unwrap();
    assert_eq!((code.body_kind_text(), code.region()), ("企业", "440101"));
}

#[test]
fn an_organisation_code_is_read_with_and_without_hyphen() {
    assert_eq!(OrganisationCode::parse("MB2F3066-1").unwrap().as_str(), "MB2F30661");
    assert_eq!(OrganisationCode::parse("MB2F30662"), Err(OrganisationCodeError::Check));
    assert_eq!(OrganisationCode::parse("MB2F"), Err(OrganisationCodeError::Length(4)));
    assert_eq!(OrganisationCode::parse("MB2F306_1"), Err(OrganisationCodeError::Character));
}

#[test]
fn a_phone_error_tells_how_many_digits_were_given() {
    assert_eq!(Phone::parse_mobile("1381234123").unwrap_err().to_string(), "手机号码要 11 位，您填了 10 位");
    assert_eq!(Phone::parse_mobile("+86 138-1234-1234").unwrap().as_str(), "13812341234");
    assert_eq!(Phone::parse_mobile("12812341234"), Err(PhoneError::Prefix("12".into())));
    assert_eq!(Phone::parse_mobile("1381234123a"), Err(PhoneError::Character('A')));
    assert_eq!(Phone::parse_mobile(" "), Err(PhoneError::Empty));
    assert_eq!(Phone::parse("(020) 8765 4321").unwrap().as_str(), "020-87654321");
    assert_eq!(Phone::parse("0660-3380000").unwrap().as_str(), "0660-3380000");
    assert_eq!(Phone::parse("87654321"), Err(PhoneError::Unknown));
    assert!(Phone::parse("13812341234").unwrap().is_mobile() && !Phone::parse("02087654321").unwrap().is_mobile());
    assert_eq!(format!("{:?}", Phone::parse("13812341234").unwrap()), "Phone(138****1234)");
}

/// GB/T 36904 with the check of GB/T 17710 on a live identifier.
///
/// req: LIC-001
#[test]
fn a_licence_identifier_is_built_and_read_with_its_check() {
    let built = LicenceIdentifier::build("11100000000013338W011", "11430000006122244L", "20230000403", 1).unwrap();
    assert_eq!(built.check(), 'U');
    let text = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U";
    assert_eq!(built.to_string(), text);
    assert_eq!(LicenceIdentifier::parse(text), Ok(built.clone()));
    assert_eq!(LicenceIdentifier::parse(&text.replace(".U", ".V")), Err(LicenceIdentifierError::Check));
    assert_eq!(LicenceIdentifier::parse(&text.replace("403", "404")), Err(LicenceIdentifierError::Check));
    assert_eq!(LicenceIdentifier::parse("1.2.3"), Err(LicenceIdentifierError::Structure));
    assert_eq!(built.next_version().unwrap().version(), 2);
    let build = |kind, issuer, serial, version| LicenceIdentifier::build(kind, issuer, serial, version).unwrap_err();
    let (kind, issuer) = ("11100000000013338W011", "11430000006122244L");
    assert_eq!(build("111", issuer, "1", 1), LicenceIdentifierError::TypeCode);
    assert_eq!(build(kind, "1143", "1", 1), LicenceIdentifierError::Issuer);
    assert_eq!(build(kind, issuer, "A-1", 1), LicenceIdentifierError::Serial);
    assert_eq!(build(kind, issuer, "1", 0), LicenceIdentifierError::Version);
    assert_eq!(serde_json::from_str::<LicenceIdentifier>(&format!("\"{text}\"")).unwrap(), built);
}

/// req: ITEM-003
#[test]
fn item_codes_contain_each_other() {
    let handle = HandleCode::parse(&format!("{TASK}01")).unwrap();
    let task = handle.task();
    let basic = task.basic();
    assert_eq!((task.body(), task.level(), basic.as_str()), ("11310000MB2F30661Y", '2', "312003564000"));
    assert_eq!(
        (basic.province(), basic.item_type(), basic.main(), basic.sub()),
        ("31", Some(ItemType::PublicService), "03564", None)
    );
    assert_eq!(TaskCode::build(&Uscc::parse(task.body()).unwrap(), '2', &basic), Ok(task.clone()));
    assert_eq!(HandleCode::build(&task, 1), Ok(handle));
    assert_eq!(HandleCode::build(&task, 0), Err(ServiceCodeError::Running));
    assert_eq!(BasicCode::parse("44013100400").unwrap_err().to_string(), "基本编码要 12 位，您填了 11 位");
    assert_eq!(BasicCode::parse("44013100400A"), Err(ServiceCodeError::Digits("基本编码")));
    assert_eq!(TaskCode::parse(&TASK.replace("Y2", "Y8")), Err(ServiceCodeError::Level));
    assert_eq!(TaskCode::parse(&TASK.replace("MB", "MI")), Err(ServiceCodeError::Body));
    assert_eq!(BasicCode::parse("440131004002").unwrap().main_item().as_str(), "440131004000");
    assert_eq!((ItemType::Licence.code(), ItemType::Licence.name()), ("01", "行政许可"));
    assert!(ItemType::Licence.is_on_application() && !ItemType::Punishment.is_on_application());
}

#[test]
fn a_case_number_carries_item_day_and_running_number() {
    let task = TaskCode::parse("11449902MB9900128N4440131004000").unwrap();
    let number = CaseNumber::build(&task, date!(2026 - 09 - 17), 68).unwrap();
    assert_eq!(number.as_str(), "11449902MB9900128N4440131004000202609170068");
    assert_eq!((number.task(), number.date(), number.running()), (task.clone(), date!(2026 - 09 - 17), 68));
    assert_eq!(CaseNumber::build(&task, TODAY, 123_456).unwrap().as_str().len(), 45);
    assert_eq!(CaseNumber::build(&task, TODAY, 1_000_000), Err(ServiceCodeError::Running));
    assert_eq!(CaseNumber::parse(&number.as_str().replace("0917", "0931")), Err(ServiceCodeError::Date));
    assert!(matches!(CaseNumber::parse("2026"), Err(ServiceCodeError::Length { found: 4, .. })));
}

proptest! {
    #[test]
    fn a_built_citizen_number_is_read_back_and_one_wrong_digit_is_noticed(
        days in 0_i64..40_000, order in 0_u16..1000, at in 0_usize..17, step in 1_u8..10,
    ) {
        let birth = date!(1910 - 01 - 01) + time::Duration::days(days);
        let id = CitizenId::build("440106", birth, order).unwrap();
        prop_assert_eq!(CitizenId::restore(id.as_str()), Ok(id.clone()));
        prop_assert_eq!(id.birth_date(), birth);
        let mut wrong = id.as_str().as_bytes().to_vec();
        wrong[at] = b'0' + (wrong[at] - b'0' + step) % 10;
        prop_assert!(CitizenId::restore(&String::from_utf8(wrong).unwrap()).is_err());
    }

    #[test]
    fn a_built_credit_code_is_read_back_and_one_wrong_character_is_noticed(
        body in "9[1-3][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", at in 0_usize..17, step in 1_usize..31,
    ) {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
        let code = Uscc::build(&body).unwrap();
        prop_assert_eq!(Uscc::parse(code.as_str()), Ok(code.clone()));
        let mut wrong = code.as_str().as_bytes().to_vec();
        let value = ALPHABET.iter().position(|c| *c == wrong[at]).unwrap();
        wrong[at] = ALPHABET[(value + step) % 31];
        prop_assert!(Uscc::parse(&String::from_utf8(wrong).unwrap()).is_err());
    }

    #[test]
    fn a_licence_identifier_is_read_back(serial in "[0-9A-Z]{1,32}", version in 1_u16..1000) {
        let built = LicenceIdentifier::build("11100000000013338W011", "11430000006122244L", &serial, version).unwrap();
        prop_assert_eq!(LicenceIdentifier::parse(&built.to_string()), Ok(built));
    }

    #[test]
    fn a_case_number_is_read_back(days in 0_i64..20_000, running in 1_u32..1_000_000) {
        let task = TaskCode::parse(TASK).unwrap();
        let day = date!(2000 - 01 - 01) + time::Duration::days(days);
        let number = CaseNumber::build(&task, day, running).unwrap();
        let read = CaseNumber::parse(number.as_str()).unwrap();
        prop_assert_eq!((read.task(), read.date(), read.running()), (task, day, running));
    }

    /// No text, however odd, may break a parser.
    #[test]
    fn parsers_survive_any_text(text in "\\PC{0,40}") {
        let _ = (CitizenId::parse(&text, TODAY), Uscc::parse(&text), OrganisationCode::parse(&text), Phone::parse(&text));
        let _ = (LicenceIdentifier::parse(&text), HandleCode::parse(&text), CaseNumber::parse(&text));
    }

    #[test]
    fn parsers_survive_any_text_of_the_right_length(text in "[\\PC0-9]{18}", long in "[0-9A-Zé]{31,45}") {
        let _ = (CitizenId::parse(&text, TODAY), Uscc::parse(&text));
        let _ = (TaskCode::parse(&long), HandleCode::parse(&long), CaseNumber::parse(&long));
    }
}
