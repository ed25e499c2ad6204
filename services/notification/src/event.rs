//! Events, as they are told to endpoints.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What every subscription to everything says.
pub(crate) const EVERY: &str = "*";

/// The types that can be subscribed to. A type's meaning never changes; a new meaning is a new
/// type. Described in `EVENTS.md`.
pub(crate) const TYPES: &[&str] = &[
    "saima.notification.v1.BulletinIssued",
    "saima.notification.v1.ChannelDisabled",
    "saima.notification.v1.DispatchGivenUp",
    "saima.notification.v1.DispatchHeld",
    "saima.notification.v1.DocumentAcknowledged",
    "saima.notification.v1.DocumentIssued",
    "saima.notification.v1.DocumentRead",
    "saima.notification.v1.EndpointDisabled",
    "saima.notification.v1.LetterAcknowledged",
    "saima.notification.v1.LetterIssued",
    "saima.notification.v1.LetterRead",
    "saima.notification.v1.OverdueReceiptEscalated",
    "saima.notification.v1.PublicationCreated",
    "saima.notification.v1.PublicationWithdrawn",
    "saima.notification.v1.RectificationEscalated",
    "saima.notification.v1.RectificationPlanned",
    "saima.notification.v1.RectificationReported",
    "saima.notification.v1.RectificationReviewed",
    "saima.registry.v1.ConsultationOpened",
    "saima.registry.v1.LessonResolved",
    "saima.registry.v1.MilestoneReported",
    "saima.registry.v1.OrderAccepted",
    "saima.registry.v1.OrderClosed",
    "saima.registry.v1.OrderCreated",
    "saima.registry.v1.OrderUpdated",
    "saima.registry.v1.ProjectProgressed",
    "saima.registry.v1.SchemeEnacted",
    "saima.registry.v1.TaskClosed",
    "saima.registry.v1.TaskCreated",
    "saima.registry.v1.TaskListAgreed",
    "saima.registry.v1.UnitCreated",
    "saima.registry.v1.UnitRetired",
    "saima.registry.v1.UnitUpdated",
    "saima.registry.v1.WhistleAnswered",
    "saima.registry.v1.WhistleClosed",
    "saima.registry.v1.WhistleCreated",
    "saima.scoring.v1.AdjustmentClarified",
    "saima.scoring.v1.AdjustmentLifted",
    "saima.scoring.v1.AdjustmentSettled",
    "saima.scoring.v1.AdjustmentWaived",
    "saima.scoring.v1.AdjustmentsEntered",
    "saima.scoring.v1.AwardAnnounced",
    "saima.scoring.v1.AwardDecided",
    "saima.scoring.v1.AwardWithdrawn",
    "saima.scoring.v1.CardIssued",
    "saima.scoring.v1.CardWithdrawn",
    "saima.scoring.v1.CorrectionDecided",
    "saima.scoring.v1.CorrectionReported",
    "saima.scoring.v1.CorrectionRequested",
    "saima.scoring.v1.CorrectionReviewed",
    "saima.scoring.v1.InspectionFiled",
    "saima.scoring.v1.ObjectionAnswered",
    "saima.scoring.v1.ObjectionFiled",
    "saima.scoring.v1.ObjectionSettled",
    "saima.scoring.v1.ObservationDisputed",
    "saima.scoring.v1.ReconciliationClosed",
    "saima.scoring.v1.ResultPublished",
    "saima.scoring.v1.RunPublished",
    "saima.scoring.v1.WarningRaised",
];

/// The types that a service's feed tells of.
pub(crate) fn types_of(service: &str) -> Vec<String> {
    let prefix = format!("saima.{service}.");
    let told = TYPES.iter().filter(|it| it.starts_with(&prefix));
    told.map(|it| (*it).to_owned()).collect()
}

/// Something that happened in a district.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) district: String,
    /// Its place in the district's order.
    pub(crate) sequence: i64,
    /// The id it is sent under, for good.
    pub(crate) id: String,
    pub(crate) kind: String,
    /// Name of the resource it happened to.
    pub(crate) subject: String,
    pub(crate) happen_time: Timestamp,
    pub(crate) create_time: Timestamp,
    /// The resource as it was then, in JSON; empty when it is too large to be sent.
    pub(crate) resource: String,
    pub(crate) trace_parent: String,
}

impl Event {
    /// The CloudEvent that is sent, with the resource or its name alone.
    pub(crate) fn body(&self, include_resource: bool) -> String {
        let mut data = Map::new();
        data.insert("name".to_owned(), json!(self.subject));
        if include_resource {
            let resource = serde_json::from_str(&self.resource).unwrap_or(Value::Null);
            data.insert("resource".to_owned(), resource);
        }
        let mut event = json!({
            "specversion": "1.0",
            "id": self.id,
            "source": format!("//saima/districts/{}", self.district),
            "type": self.kind,
            "subject": self.subject,
            "time": self.happen_time.to_string(),
            "datacontenttype": "application/json",
            "data": data,
        });
        if !self.trace_parent.is_empty() {
            event["traceparent"] = json!(self.trace_parent);
        }
        event.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::TYPES;
    use crate::rpc::event_type::resource;

    // A2: each type has its resource.
    #[test]
    fn every_type_speaks_of_a_resource_of_its_feed() {
        let name = |it: &str| resource(it).map(|it| it.name().to_owned()).unwrap_or_default();
        assert!(TYPES.iter().all(|it| !name(it).is_empty()));
        assert_eq!(name("saima.scoring.v1.AdjustmentsEntered"), "Adjustment");
        assert_eq!(name("saima.notification.v1.LetterIssued"), "Letter");
        // Corrections of closed periods, and those of findings.
        assert_eq!(name("saima.scoring.v1.CorrectionRequested"), "Correction");
        assert_eq!(name("saima.scoring.v1.CorrectionReviewed"), "Finding");
    }

    // A2: integrators read what they can subscribe to.
    #[test]
    fn every_type_is_described_and_no_other() {
        let text = include_str!("../EVENTS.md");
        let rows = text.lines().filter(|line| line.starts_with("| `saima."));
        let mut described = Vec::new();
        for row in rows {
            let types = row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2);
            let mut service = "";
            for it in types {
                // Beside the first of a row the others stand without their package.
                service = it.rsplit_once('.').map_or(service, |(service, _)| service);
                let name = it.rsplit('.').next().unwrap_or_default();
                described.push(format!("{service}.{name}"));
            }
        }
        described.sort_unstable();
        assert_eq!(described, TYPES);
    }
}
