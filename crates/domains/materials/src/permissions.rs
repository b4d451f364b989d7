//! What one may do with kept papers. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// See the own disk.
    pub ReadDisk = Portal "my_disk.read";
    /// Add to the own disk, change and use what is in it.
    pub EditDisk = Portal "my_disk.edit";
    /// Find papers in the centre.
    pub ReadMaterials = Desk "material.read";
    /// Take the list out.
    pub ExportMaterials = Desk "material.export";
    /// Open a paper, with a reason, logged.
    pub RevealMaterials = Desk "material.reveal";
    /// Ask a sharing source for a paper.
    pub PullMaterials = Desk "material.pull";
    /// See proofs asked for and asked of the own body.
    pub ReadProofs = Desk "proof.read";
    /// Ask the body that owns a proof for it.
    pub AskProofs = Desk "proof.ask";
    /// Answer for the own body.
    pub AnswerProofs = Desk "proof.answer";
    /// See whose proof is asked for, with a reason, logged.
    pub RevealProofs = Desk "proof.reveal";
    /// See and give which system may read which kind of paper.
    pub GrantMaterials = Desk "material.grant";
}
