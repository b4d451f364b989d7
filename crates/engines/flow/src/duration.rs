//! ISO 8601 durations of timers.

/// Seconds of an ISO 8601 duration such as `P3D`, `PT2H30M` or `P1W`.
///
/// Years and months are refused: they have no fixed length, and a deadline must not depend on where it is counted.
/// Fractions are refused as well.
///
/// # Errors
/// Plain Chinese: what cannot be read and how to write it.
pub fn seconds_of(text: &str) -> Result<u64, String> {
    let refused = || format!("时长“{text}”读不懂。按“P3D”（3 天）、“PT2H”（2 小时）、“PT30M”（30 分钟）这样写");
    let rest = text.trim().strip_prefix('P').ok_or_else(refused)?;
    let mut total: u64 = 0;
    let mut digits = String::new();
    let mut in_time = false;
    let mut rank = 0_u8;
    let mut parts = 0_u32;
    let mut parts_of_time = 0_u32;
    for letter in rest.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if letter == 'T' {
            if in_time || !digits.is_empty() {
                return Err(refused());
            }
            in_time = true;
            continue;
        }
        let (unit, order) = match (in_time, letter) {
            (false, 'Y') => {
                return Err(format!("时长“{text}”用了年，长短不固定。改成天数，如“P365D”"));
            }
            (false, 'M') => {
                return Err(format!("时长“{text}”用了月，长短不固定。改成天数，如“P30D”"));
            }
            (false, 'W') => (604_800, 1),
            (false, 'D') => (86_400, 2),
            (true, 'H') => (3_600, 3),
            (true, 'M') => (60, 4),
            (true, 'S') => (1, 5),
            _ => return Err(refused()),
        };
        // Each unit once, from large to small, as the standard demands.
        if order <= rank {
            return Err(refused());
        }
        rank = order;
        let count: u64 = digits.parse().map_err(|_| refused())?;
        digits.clear();
        parts += 1;
        parts_of_time += u32::from(in_time);
        total = count.checked_mul(unit).and_then(|part| total.checked_add(part)).ok_or_else(refused)?;
    }
    if parts == 0 || !digits.is_empty() || (in_time && parts_of_time == 0) {
        return Err(refused());
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::seconds_of;

    #[test]
    fn reads_days_hours_and_weeks() {
        assert_eq!(seconds_of("P3D"), Ok(259_200));
        assert_eq!(seconds_of("P1W"), Ok(604_800));
        assert_eq!(seconds_of(" PT2H30M "), Ok(9_000));
        assert_eq!(seconds_of("P1DT1S"), Ok(86_401));
        assert_eq!(seconds_of("PT0S"), Ok(0));
    }

    #[test]
    fn refuses_what_has_no_fixed_length_or_is_misspelt() {
        for bad in [
            "",
            "P",
            "PT",
            "P1DT",
            "3D",
            "P1M",
            "P1Y",
            "PT1.5H",
            "P1D2",
            "P1H",
            "PT1D",
            "PT1M1H",
            "P1D1D",
            "-P1D",
            "P-1D",
            "P99999999999999999999D",
        ] {
            assert!(seconds_of(bad).is_err(), "{bad}");
        }
    }
}
