//! The events that triggers may wait for, each with the message of its resource.
//!
//! Documents themselves are not among them: a trigger that wrote about what triggers write would
//! never end. Dispatches are, but for those of documents about dispatches.

/// Types with the resource each tells of.
const TYPES: &[(&str, &str)] = &[
    ("saima.notification.v1.BulletinIssued", "Bulletin"),
    ("saima.notification.v1.DispatchGivenUp", "Dispatch"),
    ("saima.notification.v1.DispatchHeld", "Dispatch"),
    ("saima.notification.v1.LetterAcknowledged", "Letter"),
    ("saima.notification.v1.LetterIssued", "Letter"),
    ("saima.notification.v1.RectificationEscalated", "Rectification"),
    ("saima.notification.v1.RectificationPlanned", "Rectification"),
    ("saima.notification.v1.RectificationReported", "Rectification"),
    ("saima.notification.v1.RectificationReviewed", "Rectification"),
    ("saima.registry.v1.OrderAccepted", "Order"),
    ("saima.registry.v1.OrderClosed", "Order"),
    ("saima.registry.v1.OrderCreated", "Order"),
    ("saima.registry.v1.TaskClosed", "Task"),
    ("saima.registry.v1.WhistleAnswered", "Whistle"),
    ("saima.registry.v1.WhistleClosed", "Whistle"),
    ("saima.registry.v1.WhistleCreated", "Whistle"),
    ("saima.scoring.v1.AdjustmentClarified", "Adjustment"),
    ("saima.scoring.v1.AdjustmentLifted", "Adjustment"),
    ("saima.scoring.v1.AdjustmentSettled", "Adjustment"),
    ("saima.scoring.v1.AdjustmentWaived", "Adjustment"),
    ("saima.scoring.v1.AdjustmentsEntered", "Adjustment"),
    ("saima.scoring.v1.AwardAnnounced", "Award"),
    ("saima.scoring.v1.AwardDecided", "Award"),
    ("saima.scoring.v1.CardIssued", "Card"),
    ("saima.scoring.v1.CardWithdrawn", "Card"),
    ("saima.scoring.v1.CorrectionDecided", "Correction"),
    ("saima.scoring.v1.CorrectionReported", "Finding"),
    ("saima.scoring.v1.CorrectionRequested", "Correction"),
    ("saima.scoring.v1.CorrectionReviewed", "Finding"),
    ("saima.scoring.v1.InspectionFiled", "Inspection"),
    ("saima.scoring.v1.ObjectionAnswered", "Objection"),
    ("saima.scoring.v1.ObjectionFiled", "Objection"),
    ("saima.scoring.v1.ObjectionSettled", "Objection"),
    ("saima.scoring.v1.ObservationDisputed", "Observation"),
    ("saima.scoring.v1.ReconciliationClosed", "Reconciliation"),
    ("saima.scoring.v1.ResultPublished", "Result"),
    ("saima.scoring.v1.RunPublished", "Run"),
    ("saima.scoring.v1.WarningRaised", "Warning"),
];

/// True for what became of a letter or document on its way.
pub(crate) fn is_of_dispatches(event_type: &str) -> bool {
    event_type.starts_with("saima.notification.v1.Dispatch")
}

/// True where a document about such events may open a rectification. Of what becomes of
/// rectifications and of letters on their way it would, in the end, lead to the next such event.
pub(crate) fn may_name_problems(event_type: &str) -> bool {
    !is_of_dispatches(event_type) && !event_type.starts_with("saima.notification.v1.Rectification")
}

/// The message of an event type's resource; none when triggers do not know the type.
pub(crate) fn resource_of(event_type: &str) -> Option<String> {
    let (known, message) = TYPES.iter().find(|(known, _)| *known == event_type)?;
    let (package, _) = known.rsplit_once('.')?;
    Some(format!("{package}.{message}"))
}

/// The types that a service's feed tells of.
pub(crate) fn types_of(service: &str) -> Vec<String> {
    let prefix = format!("saima.{service}.");
    let told = TYPES.iter().filter(|(known, _)| known.starts_with(&prefix));
    told.map(|(known, _)| (*known).to_owned()).collect()
}
