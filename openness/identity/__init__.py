"""Which model a local build is: fingerprints of weights, hashes of known builds, families by shapes. Data in, identities out."""
