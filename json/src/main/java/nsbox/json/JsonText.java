package nsbox.json;

/// A part of a document that is JSON text already: written as it stands, read only when asked for.
///
/// @param text one JSON object
public record JsonText(String text) {}
