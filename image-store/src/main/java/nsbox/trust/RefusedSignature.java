package nsbox.trust;

/// A signature that does not count.
///
/// Strangers wrote parts of both texts, so they are cut to 300 characters, and what would steer a
/// terminal is a question mark.
///
/// @param origin where it was found
/// @param reason why it does not count
public record RefusedSignature(String origin, String reason) {
  private static final int MAX_LENGTH = 300;

  public RefusedSignature {
    origin = harmless(origin);
    reason = harmless(reason);
  }

  private static String harmless(String text) {
    String cut = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  @Override
  public String toString() {
    return origin + ": " + reason;
  }
}
