package nsbox.linux;

/// What a directory says of a file in it.
///
/// @param type of [FileType]; 0 where the file system does not keep it there
public record DirectoryEntry(byte[] name, int type) {}
