//! Reading over SOAP. Letters are opened with what came in the recipient's mail and with what the recipient shows at the
//! portal; neither is in these requests, so that only what needs neither is answered here.

use door_soap::Fault;
use door_soap::read::{
    AcceptMessageRequest, AcknowledgeMessageRequest, AcknowledgeMessageResponse, GetMessageRequest,
    GetMessageResponse, ListMessagesRequest, ListMessagesResponse, Reading, RefuseMessageRequest,
    ReplyMessageRequest, ReplyMessageResponse, SearchJournalRequest, SearchJournalResponse, StepResponse,
    VerifyEvidenceRequest, VerifyEvidenceResponse,
};

use super::caller::Caller;
use super::{Desk, not_offered};

impl Reading<Caller> for Desk {
    async fn list_messages(&self, _: &Caller, _: ListMessagesRequest) -> Result<ListMessagesResponse, Fault> {
        Err(not_offered("lists of received letters"))
    }

    async fn get_message(&self, _: &Caller, _: GetMessageRequest) -> Result<GetMessageResponse, Fault> {
        Err(not_offered("opening received letters by SOAP"))
    }

    async fn accept_message(&self, _: &Caller, _: AcceptMessageRequest) -> Result<StepResponse, Fault> {
        Err(not_offered("accepting registered letters by SOAP"))
    }

    async fn refuse_message(&self, _: &Caller, _: RefuseMessageRequest) -> Result<StepResponse, Fault> {
        Err(not_offered("refusing registered letters by SOAP"))
    }

    async fn acknowledge_message(
        &self,
        _: &Caller,
        _: AcknowledgeMessageRequest,
    ) -> Result<AcknowledgeMessageResponse, Fault> {
        Err(not_offered("marks on received letters"))
    }

    async fn reply_message(&self, _: &Caller, _: ReplyMessageRequest) -> Result<ReplyMessageResponse, Fault> {
        Err(not_offered("answering letters by SOAP"))
    }

    async fn search_journal(
        &self,
        _: &Caller,
        _: SearchJournalRequest,
    ) -> Result<SearchJournalResponse, Fault> {
        Err(not_offered("searching the journal by SOAP; ExportJournal gives it whole"))
    }

    async fn verify_evidence(
        &self,
        _: &Caller,
        _: VerifyEvidenceRequest,
    ) -> Result<VerifyEvidenceResponse, Fault> {
        Err(not_offered("verifying evidence by SOAP; «relais evidence verify» does it offline"))
    }
}
