//! Whose tokens are taken.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::error::{Error, Result};
use crate::identity::{Provider, Source};
use crate::outbound::Outbound;

/// The identity provider. Without one the process takes tokens for trials, which `saima token`
/// makes with the deployment's own key; with one it takes no such tokens.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Identity")]
pub struct IdentitySource {
    /// Issuer whose tokens are taken, as their `iss` says
    #[arg(long, env = "SAIMA_IDENTITY_ISSUER", value_name = "URL", requires = "identity_keys")]
    pub identity_issuer: Option<String>,

    /// Its JSON Web Key Set: a file, or an https address (the network must be public or allowed
    /// by --outbound-allow)
    #[arg(
        long,
        env = "SAIMA_IDENTITY_KEYS",
        value_name = "FILE|URL",
        requires = "identity_issuer"
    )]
    pub identity_keys: Option<String>,

    /// Audience that tokens must be for
    #[arg(long, env = "SAIMA_IDENTITY_AUDIENCE", value_name = "NAME", default_value = "saima")]
    pub identity_audience: String,

    /// Claim that names the account
    #[arg(long, env = "SAIMA_IDENTITY_ACCOUNT_CLAIM", value_name = "CLAIM", default_value = "sub")]
    pub identity_account_claim: String,

    /// Claim that lists the grants, each as role@districts/ID or role@districts/ID/units/ID
    #[arg(
        long,
        env = "SAIMA_IDENTITY_GRANTS_CLAIM",
        value_name = "CLAIM",
        default_value = "grants"
    )]
    pub identity_grants_claim: String,

    /// Longest that a token may hold, in seconds
    #[arg(
        long,
        env = "SAIMA_IDENTITY_LONGEST",
        value_name = "SECONDS",
        default_value = "300",
        value_parser = clap::value_parser!(i64).range(1..=86_400)
    )]
    pub identity_longest: i64,

    /// Take tokens of `saima token` on PostgreSQL, too. An embedded database without a provider
    /// always does
    #[arg(
        long,
        env = "SAIMA_TRIAL_TOKENS",
        conflicts_with = "identity_issuer",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub trial_tokens: bool,

    /// Folder of a district's own policies (*.cedar): they may only forbid
    #[arg(long, env = "SAIMA_POLICY_DIR", value_name = "FOLDER")]
    pub policy_dir: Option<PathBuf>,
}

impl IdentitySource {
    /// The provider, its keys read.
    pub(crate) async fn provider(&self, outbound: &Outbound) -> Result<Option<Arc<Provider>>> {
        let (Some(issuer), Some(keys)) = (&self.identity_issuer, &self.identity_keys) else {
            return Ok(None);
        };
        let source = if keys.contains("://") {
            Source::Address(keys.clone(), outbound.clone())
        } else {
            Source::File(keys.into())
        };
        let mut provider = Provider::new(issuer, &self.identity_audience, source);
        provider.account_claim.clone_from(&self.identity_account_claim);
        provider.grants_claim.clone_from(&self.identity_grants_claim);
        provider.longest = SignedDuration::from_secs(self.identity_longest);
        let read = provider.refresh().await;
        read.map_err(|error| Error::internal(format!("--identity-keys: {error}")))?;
        Ok(Some(Arc::new(provider)))
    }

    /// The district's own policies.
    pub(crate) fn policies(&self) -> Result<String> {
        let Some(folder) = &self.policy_dir else { return Ok(String::new()) };
        let failed = |error: std::io::Error| {
            Error::internal(format!("--policy-dir {}: {error}", folder.display()))
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            if file.extension().is_some_and(|it| it == "cedar") {
                files.push(file);
            }
        }
        files.sort();
        let texts = files.iter().map(std::fs::read_to_string);
        texts.collect::<std::io::Result<Vec<_>>>().map(|it| it.join("\n")).map_err(failed)
    }
}
