package nsbox.image;

import java.util.List;

/// All images of a store, and what is wrong with the entries that could not be read.
///
/// One damaged image does not hide the others.
public record StoreListing(List<StoredImage> images, List<ImageException> damaged) {}
