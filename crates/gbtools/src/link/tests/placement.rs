use super::Linking;

#[test]
fn the_more_a_section_demands_the_earlier_it_is_placed() {
    let linking = Linking::of(
        "SECTION \"free\", ROMX\nFree: ds $3000\n\
         SECTION \"aligned\", ROMX, ALIGN[8]\nAligned: ds $10\n\
         SECTION \"at\", ROMX[$4000]\nAt: ds $10\n\
         SECTION \"bank\", ROMX, BANK[1]\nBanked: ds $3F00\n\
         SECTION \"bank, aligned\", ROMX, BANK[1], ALIGN[4]\nBankAligned: ds $10\n\
         SECTION \"both\", ROMX[$4010], BANK[1]\nBoth: ds $10\n",
    );
    assert_eq!(
        linking.symbols(),
        // `bank` leaves no room for an aligned section, and `free` goes to the first place with room.
        ["01:4000 BankAligned", "01:4010 Both", "01:4020 Banked", "02:4000 At", "02:4100 Aligned", "02:4110 Free"]
    );
}

#[test]
fn of_equal_sections_the_largest_is_placed_first_and_then_the_last() {
    let linking = Linking::of(
        "SECTION \"a\", ROM0\nXa: ds 1\nSECTION \"b\", ROM0\nXb: ds 1\n\
         SECTION \"c\", ROM0\nXc: ds 2\nSECTION \"d\", ROM0\nXd: ds 1\n",
    );
    assert_eq!(linking.symbols(), ["00:0000 Xc", "00:0002 Xd", "00:0003 Xb", "00:0004 Xa"]);
}

#[test]
fn sections_of_the_same_size_fill_one_bank_after_the_other() {
    let sections = [0, 1, 2, 3, 4].map(|number| format!("SECTION \"{number}\", ROMX\nL{number}: ds $1800\n")).concat();
    let linking = Linking::of(&sections);
    assert_eq!(linking.symbols(), ["01:4000 L4", "01:5800 L3", "02:4000 L2", "02:5800 L1", "03:4000 L0"]);
}

#[test]
fn a_section_at_an_address_takes_the_first_bank_where_that_is_free() {
    let sections = [0, 1, 2].map(|number| format!("SECTION \"{number}\", ROMX[$5000]\nL{number}: ds 1\n")).concat();
    let linking = Linking::of(&format!("{sections}SECTION \"x\", ROMX[$5000], BANK[2]\nX: ds 1\n"));
    assert_eq!(linking.symbols(), ["01:5000 L2", "02:5000 X", "03:5000 L1", "04:5000 L0"]);
}

#[test]
fn an_empty_section_is_in_nobodys_way() {
    let linking = Linking::of("SECTION \"full\", ROM0\nFull: ds $4000\nSECTION \"empty\", ROM0\nEmpty:\n");
    assert_eq!(linking.symbols(), ["00:0000 Empty", "00:0000 Full"]);
}

#[test]
fn what_fits_nowhere_is_an_error_with_what_is_in_its_way() {
    let linking = Linking::of(
        "SECTION \"a\", WRAM0[$C000]\nds 2\nSECTION \"b\", WRAM0[$C001]\nds 1\nSECTION \"c\", ROM0\nds 1\n",
    );
    let text = "There is no room for section \"b\" (1 bytes) in WRAM0 in bank 0 at $C001; \"a\" is in its way";
    assert_eq!(linking.messages(), [text]);
}
