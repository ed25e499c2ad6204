#![allow(clippy::unwrap_used)]

use rust_decimal::Decimal;

use super::packed::{Packed, pack, unpack};
use super::*;

/// Numbers that look random and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn filled(chance: &mut Chance, most: u64) -> Sheet {
    let mut sheet = Sheet::default();
    for sequence in 1..=chance.below(80) + 1 {
        let period = ["2023", "2023-01", "2023-07", "2023H1", "2023Q2"][chance.below(5) as usize];
        let indicator = format!("i{}", chance.below(9));
        let reading = if chance.below(5) == 0 {
            Reading::NotApplicable
        } else {
            let digits = i128::from(chance.below(most)) * i128::from(chance.below(most));
            let digits = if chance.below(2) == 0 { digits } else { -digits };
            Reading::Value(Decimal::from_i128_with_scale(digits, chance.below(7) as u32))
        };
        let sequence = if chance.below(9) == 0 { sequence << 40 } else { sequence } as i64;
        sheet.put(period, &indicator, sequence, reading, chance.below(2) == 0);
        if chance.below(2) == 0 {
            let standing = [Standing::Verified, Standing::Disputed][chance.below(2) as usize];
            assert!(sheet.judge(period, &indicator, sequence, standing));
        }
        if chance.below(20) == 0 {
            assert!(sheet.lock(period));
        }
    }
    sheet
}

#[test]
fn what_is_packed_is_unpacked_whole() {
    let mut chance = Chance(7);
    for round in 0..500 {
        let most = [2, 100, 1 << 16, 1 << 31][round % 4];
        let sheet = filled(&mut chance, most);
        let bytes = pack(&sheet);
        assert_eq!(unpack(&bytes).unwrap(), sheet);
        assert_eq!(pack(&unpack(&bytes).unwrap()), bytes);
        assert!(unpack(&bytes[..bytes.len() - 1]).is_err(), "it breaks off");
        assert!(unpack(&[&bytes[..], &[0]].concat()).is_err(), "it goes on");
    }
}

#[test]
fn a_damaged_sheet_is_an_error_and_no_panic() {
    let mut chance = Chance(11);
    let bytes = pack(&filled(&mut chance, 1 << 31));
    for _ in 0..2000 {
        let mut damaged = bytes.clone();
        let at = chance.below(damaged.len() as u64) as usize;
        damaged[at] ^= 1 << chance.below(8);
        let _ = unpack(&damaged);
    }
    assert!(Packed::read(&[]).is_err());
}

#[test]
fn the_longest_values_fit() {
    let mut sheet = Sheet::default();
    let text = ["999999999999999999.999999", "-999999999999999999.999999", "0.000001", "0", "-128"];
    for (sequence, text) in (1..).zip(text) {
        let value = Reading::Value(text.parse().unwrap());
        sheet.put("2023", &format!("i{sequence}"), sequence, value, false);
    }
    let read = unpack(&pack(&sheet)).unwrap();
    for (sequence, text) in (1..).zip(text) {
        let entry = read.entry("2023", &format!("i{sequence}")).unwrap();
        assert_eq!(entry.reading, Reading::Value(text.parse().unwrap()));
    }
}

#[test]
fn the_states_of_a_cell_are_kept_apart() {
    let mut sheet = Sheet::default();
    let zero = Reading::Value(Decimal::ZERO);
    sheet.put("2023-01", "zero", 1, zero, false);
    sheet.put("2023-01", "none", 2, Reading::NotApplicable, true);
    sheet.put("2023-02", "zero", 3, zero, false);
    assert!(sheet.judge("2023-01", "zero", 1, Standing::Verified));
    assert!(sheet.judge("2023-01", "none", 2, Standing::Disputed));
    assert!(!sheet.judge("2023-02", "zero", 1, Standing::Verified), "another observation");
    assert!(sheet.lock("2023-01") && !sheet.lock("2023-03"));
    let sheet = unpack(&pack(&sheet)).unwrap();
    let entry = |period, indicator| sheet.entry(period, indicator).copied();
    let of = |sequence, reading, standing, late| {
        Some(Entry { sequence, reading, standing, late, corrections: 0 })
    };
    assert_eq!(entry("2023-01", "zero"), of(1, zero, Standing::Verified, false));
    assert_eq!(entry("2023-01", "none"), of(2, Reading::NotApplicable, Standing::Disputed, true));
    assert_eq!(entry("2023-02", "zero"), of(3, zero, Standing::Reported, false));
    assert_eq!(entry("2023-02", "none"), None, "missing");
    assert!(sheet.is_locked("2023-01") && !sheet.is_locked("2023-02"));
}

#[test]
fn a_correction_is_counted_and_keeps_lateness() {
    let mut sheet = Sheet::default();
    sheet.put("2023-01", "i", 1, Reading::NotApplicable, true);
    assert!(sheet.judge("2023-01", "i", 1, Standing::Verified));
    let before = sheet.put("2023-01", "i", 9, Reading::Value(Decimal::ONE), false).unwrap();
    assert_eq!((before.sequence, before.standing), (1, Standing::Verified));
    let now = unpack(&pack(&sheet)).unwrap().entry("2023-01", "i").copied().unwrap();
    assert_eq!((now.sequence, now.corrections, now.late), (9, 1, true));
    assert_eq!(now.standing, Standing::Reported);
}
