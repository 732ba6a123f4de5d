/// An OCI bundle to a launch program.
module nsbox.runtime {
}
