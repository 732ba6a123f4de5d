/// Images in and out of files: docker archives, OCI archives and layouts, root filesystems.
///
/// [nsbox.archive.ImageLoad], [nsbox.archive.ImageImport] and [nsbox.archive.ImageSave] are the
/// ways in and out. What comes in is read from [ImageFiles], by the names of the format; no name of
/// an archive is ever a path. Its checked blobs are gathered in one ingest folder ([Gathering]) and
/// show all at once.
package nsbox.archive;
