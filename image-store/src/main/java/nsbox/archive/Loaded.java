package nsbox.archive;

import java.util.List;
import nsbox.image.Digest;
import nsbox.image.Reference;

/// An image that has come into the store.
///
/// @param id digest of its config
/// @param names that it was given; none where nobody called it anything
public record Loaded(Digest id, List<Reference> names) {}
