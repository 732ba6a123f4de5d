package nsbox.archive;

import java.util.List;
import nsbox.image.Reference;
import nsbox.image.StoredImage;

/// An image to be saved.
///
/// @param names that it is to have in the archive; none if only its ID is to lead to it
public record SavedImage(StoredImage image, List<Reference> names) {}
