//! What is asked about an award or card.

use kit::{Error, Result, date};
use proto::registry::v1 as registry;
use proto::scoring::v1::GetResultRequest;

use super::Meanings;
use crate::distinction::{Belonging, Told};
use crate::rpc::{PERIOD, POST, PROJECT, RESULT, UNIT};

impl Meanings {
    /// To which unit it belongs, and by which day.
    pub(crate) async fn of_distinction(&self, told: &Told) -> Result<Belonging> {
        let unit = self.responsible(told).await?;
        if let Some(run) = &told.run {
            let meaning = self.of_run(&told.district, run).await?;
            let (series, period_end) = (meaning.series.clone(), meaning.period_end);
            return Ok(Belonging { unit, series, period_end });
        }
        let name = PERIOD.format(&[&told.district, &told.period]);
        let period = registry::GetPeriodRequest { name };
        let period = self.periods.clone().get_period(period).await?.into_inner();
        let end = period.end_date.as_ref().and_then(date::from_proto);
        let period_end =
            end.ok_or_else(|| Error::internal(format!("{} has no last day", period.name)))?;
        Ok(Belonging { unit, series: String::new(), period_end })
    }

    /// The unit that answers for the subject: as the run has it, or else as it is today.
    async fn responsible(&self, told: &Told) -> Result<String> {
        let Some((collection, id)) = told.subject.split_once('.') else {
            return Ok(told.subject.clone());
        };
        let district = told.district.as_str();
        let unit = if let Some(run) = &told.run {
            let name = RESULT.format(&[district, run, &told.subject]);
            let result = self.runs.clone().get_result(GetResultRequest { name }).await?;
            result.into_inner().responsible_unit
        } else if collection == "projects" {
            let name = PROJECT.format(&[district, id]);
            let request = registry::GetProjectRequest { name };
            self.projects.clone().get_project(request).await?.into_inner().lead_unit
        } else {
            let name = POST.format(&[district, id]);
            let request = registry::GetPostRequest { name };
            self.posts.clone().get_post(request).await?.into_inner().unit
        };
        Ok(UNIT.parse("unit", &unit)?.id("unit").to_owned())
    }
}
