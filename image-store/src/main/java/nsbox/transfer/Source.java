package nsbox.transfer;

import nsbox.registry.Repository;

/// A place to pull from: a registry's own repository, or a mirror of it.
///
/// @param resolves whether it may say which digest a tag stands for
/// @param fetches whether it may be asked by digest
public record Source(Repository repository, boolean resolves, boolean fetches) {}
