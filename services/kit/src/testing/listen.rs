//! What a test process tells of itself, to be looked through.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, callsite};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Context, Filter, Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt, registry};

/// How many listen.
static LISTENING: AtomicUsize = AtomicUsize::new(0);
static TOLD: LazyLock<Told> = LazyLock::new(Told::default);

/// Every log line and every field of every span of this process, at every level, since somebody
/// first listened.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<Mutex<Vec<u8>>>);

/// Keeps all that is told from now on.
pub fn listen() -> Told {
    start();
    LISTENING.fetch_add(1, Ordering::Relaxed);
    callsite::rebuild_interest_cache();
    TOLD.clone()
}

/// Starts logging to the test's output, as the environment asks; once a process.
pub(super) fn start() {
    let shown = fmt::layer().with_test_writer().with_filter(EnvFilter::from_default_env());
    let kept = fmt::layer()
        .with_ansi(false)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_writer(TOLD.clone())
        .with_filter(Listening);
    let _ = registry().with(shown).with(kept).try_init();
}

impl Told {
    /// It as a text; this listener hears no more.
    pub fn text(self) -> String {
        LISTENING.fetch_sub(1, Ordering::Relaxed);
        callsite::rebuild_interest_cache();
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&told).into_owned()
    }
}

impl io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Told {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Nothing before somebody listens, at no cost to other tests; then everything.
struct Listening;

impl<S> Filter<S> for Listening {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        LISTENING.load(Ordering::Relaxed) > 0
    }

    fn callsite_enabled(&self, _: &'static Metadata<'static>) -> Interest {
        match LISTENING.load(Ordering::Relaxed) > 0 {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        match LISTENING.load(Ordering::Relaxed) > 0 {
            true => Some(LevelFilter::TRACE),
            false => Some(LevelFilter::OFF),
        }
    }
}
