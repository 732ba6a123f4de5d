/// Layers to root filesystems.
module nsbox.snapshot {
}
