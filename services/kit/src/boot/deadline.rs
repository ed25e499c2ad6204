//! Deadlines: read from `grpc-timeout`, kept beside the task, handed on to peers.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

pub(crate) const GRPC_TIMEOUT: &str = "grpc-timeout";

tokio::task_local! {
    /// When the call this task works on is given up by its caller.
    pub(crate) static DEADLINE: Option<Instant>;
}

/// The deadline of the call this task works on.
pub(crate) fn current() -> Option<Instant> {
    DEADLINE.try_with(|deadline| *deadline).ok().flatten()
}

/// The time the caller allows: up to eight digits and a unit. A malformed header allows any.
pub(crate) fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(GRPC_TIMEOUT)?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

/// The header that allows `time`, in the finest unit that fits eight digits.
pub(crate) fn header(time: Duration) -> Option<HeaderValue> {
    const MOST: u128 = 99_999_999;
    let text = if time.as_micros() <= MOST {
        format!("{}u", time.as_micros())
    } else if time.as_millis() <= MOST {
        format!("{}m", time.as_millis())
    } else {
        format!("{}S", u128::from(time.as_secs()).min(MOST))
    };
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(GRPC_TIMEOUT, HeaderValue::from_str(text).ok()?);
        asked(&headers)
    }

    #[test]
    fn what_is_written_is_read_back() {
        for time in [
            Duration::ZERO,
            Duration::from_micros(1),
            Duration::from_secs(10),
            Duration::from_secs(90_000),
        ] {
            let header = header(time).and_then(|value| value.to_str().ok().map(str::to_owned));
            assert_eq!(header.and_then(|text| read(&text)), Some(time));
        }
    }

    #[test]
    fn malformed_headers_allow_any_time() {
        for text in ["", "S", "10", "123456789S", "-1S", "+1S", "1.5S", "10X", "1\u{e9}"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
