//! What one may do after and beside the decision. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// See and pay the fee of an own case.
    pub PayMyFee = Portal "my_fee.pay";
    /// See fees of one's reach, list and export them.
    pub ReadFees = Desk "fee.read";
    /// Compute and review amounts 核价.
    pub ReviewFees = Desk "fee.review";
    /// Confirm a payment made at the bank, note the invoice.
    pub ConfirmFees = Desk "fee.confirm";
    /// Give a payment back.
    pub RefundFees = Desk "fee.refund";
    /// See parcels of an own case.
    pub ReadMyShipments = Portal "my_shipment.read";
    /// See shipments of one's reach, list and export them.
    pub ReadShipments = Desk "shipment.read";
    /// Order shipments, follow them, call them off.
    pub OrderShipments = Desk "shipment.order";
    /// See hand-overs of paper of one's organisations.
    pub ReadHandOvers = Desk "hand_over.read";
    /// List paper, sign it out and in.
    pub DoHandOvers = Desk "hand_over.do";
    /// Put own cases together to be collected, and change that.
    pub EditMyCollections = Portal "my_collection.edit";
    /// See sets of certificates collected in one way.
    pub ReadCollections = Desk "collection.read";
    /// Let them go one by one on the applicant's word.
    pub ReleaseCollections = Desk "collection.release";
    /// Compare a day with the statement of the payment platform.
    pub ReconcileFees = Desk "fee.reconcile";
}
