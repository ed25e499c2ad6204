//! A method that needs four eyes commits nothing without an approval, whatever its handler forgets.

use kit::boot::{Shutdown, Wing};
use kit::config::Limits;
use kit::db::Db;
use kit::feed;
use kit::name::Pattern;
use kit::testing::Bed;
use proto::google::r#type::Decimal;
use proto::scoring::v1 as pb;
use proto::scoring::v1::exemption_service_client::ExemptionServiceClient;
use proto::scoring::v1::exemption_service_server::{ExemptionService, ExemptionServiceServer};
use tonic::{Code, Request, Response, Status};

use super::note;

static DISTRICT: Pattern = Pattern::new("district", "districts/{district}");

/// Forgets to ask for the approval.
struct Forgetful(Db);

#[tonic::async_trait]
impl ExemptionService for Forgetful {
    async fn get_exemption(
        &self,
        _: Request<pb::GetExemptionRequest>,
    ) -> Result<Response<pb::Exemption>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_exemptions(
        &self,
        _: Request<pb::ListExemptionsRequest>,
    ) -> Result<Response<pb::ListExemptionsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn create_exemption(
        &self,
        request: Request<pb::CreateExemptionRequest>,
    ) -> Result<Response<pb::Exemption>, Status> {
        let name = DISTRICT.parse("parent", &request.get_ref().parent)?;
        let mut tx = self.0.begin_write().await?;
        let payload = Decimal { value: "1".to_owned() };
        feed::append(&mut tx, name.id("district"), "test.v1.Created", "notes/1", &payload);
        tx.commit().await?;
        Ok(Response::new(pb::Exemption::default()))
    }

    async fn withdraw_exemption(
        &self,
        request: Request<pb::WithdrawExemptionRequest>,
    ) -> Result<Response<pb::Exemption>, Status> {
        // This one needs nobody's approval.
        DISTRICT.parse("name", &request.get_ref().name)?;
        let mut tx = self.0.begin_write().await?;
        let payload = Decimal { value: "1".to_owned() };
        feed::append(&mut tx, "d", "test.v1.Removed", "notes/1", &payload);
        tx.commit().await?;
        Ok(Response::new(pb::Exemption::default()))
    }
}

kit::both! {
    // Issue 4, four eyes
    async fn a_handler_that_forgets_the_approval_commits_nothing(bed: &Bed) {
        let db = note::open(bed).await;
        let wing = Wing::new("scoring")
            .service(kit::service!(ExemptionServiceServer::new(Forgetful(db.clone()))))
            .audited(db.clone());
        let limits = Limits { drain_wait: std::time::Duration::ZERO, ..Limits::default() };
        let served = bed.serve(vec![wing], limits, Shutdown::new()).await;
        let mut client = ExemptionServiceClient::new(served.channel());
        let request =
            pb::CreateExemptionRequest { parent: "districts/d".to_owned(), ..Default::default() };
        let refusal = client.create_exemption(request).await.unwrap_err();
        assert_eq!(refusal.code(), Code::Internal);
        let mut tx = db.begin_read().await.unwrap();
        let (count,) = kit::fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM kit_feed").unwrap();
        assert_eq!(count, 0);
        drop(tx);
        let request =
            pb::WithdrawExemptionRequest { name: "districts/d".to_owned(), ..Default::default() };
        client.withdraw_exemption(request).await.unwrap();
        served.stop().await;
    }
}
