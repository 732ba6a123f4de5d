package nsbox.image;

import java.util.Optional;

/// Takes a reference apart from its end: digest, tag, registry, repository.
final class ReferenceParser {
  private static final int MAX_REPOSITORY = 255;
  private static final int MAX_TAG = 128;
  private static final int ID_LENGTH = 64;

  private final String input;

  private ReferenceParser(String input) {
    this.input = input;
  }

  static Reference parse(String text) throws InvalidReferenceException {
    return new ReferenceParser(text).parse();
  }

  /// Whether what stands before the first slash is a host and not part of a repository.
  static boolean startsWithRegistry(String name) {
    int slash = name.indexOf('/');
    if (slash < 0) {
      return false;
    }
    String first = name.substring(0, slash);
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || hasUpperCase(first);
  }

  private Reference parse() throws InvalidReferenceException {
    if (input.isEmpty()) {
      throw invalid("it is empty");
    }
    if (input.length() == ID_LENGTH && Digest.isHex(input)) {
      throw invalid("64 hexadecimal digits are an ID");
    }
    String rest = input;
    Optional<Digest> digest = Optional.empty();
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = Optional.of(digest(rest.substring(at + 1)));
      rest = rest.substring(0, at);
    }
    Optional<String> tag = Optional.empty();
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = Optional.of(tag(rest.substring(colon + 1)));
      rest = rest.substring(0, colon);
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      tag = Optional.of(Reference.DEFAULT_TAG);
    }
    return named(rest, tag, digest);
  }

  private Reference named(String name, Optional<String> tag, Optional<Digest> digest)
      throws InvalidReferenceException {
    String registry = Reference.DEFAULT_REGISTRY;
    String repository = name;
    if (startsWithRegistry(name)) {
      int slash = name.indexOf('/');
      registry = name.substring(0, slash);
      repository = name.substring(slash + 1);
      checkRegistry(registry);
    } else if (name.startsWith(Reference.DEFAULT_REGISTRY + "/")) {
      repository = name.substring(Reference.DEFAULT_REGISTRY.length() + 1);
    }
    if (registry.equals("index.docker.io")) {
      registry = Reference.DEFAULT_REGISTRY;
    }
    checkRepository(repository);
    if (registry.equals(Reference.DEFAULT_REGISTRY) && repository.indexOf('/') < 0) {
      repository = "library/" + repository;
    }
    if (repository.length() > MAX_REPOSITORY) {
      throw invalid("the repository is longer than " + MAX_REPOSITORY + " characters");
    }
    return new Reference(registry, repository, tag, digest);
  }

  private Digest digest(String text) throws InvalidReferenceException {
    try {
      return Digest.parse(text);
    } catch (InvalidDigestException e) {
      throw invalid("after the @, " + e.reason());
    }
  }

  private String tag(String tag) throws InvalidReferenceException {
    if (tag.isEmpty()) {
      throw invalid("the tag is empty");
    }
    if (tag.length() > MAX_TAG) {
      throw invalid("the tag is longer than " + MAX_TAG + " characters");
    }
    for (int i = 0; i < tag.length(); i++) {
      char c = tag.charAt(i);
      boolean word = isLetterOrDigit(c) || c == '_';
      if (!word && (i == 0 || c != '.' && c != '-')) {
        throw invalid("the tag may not " + (i == 0 ? "begin with " : "contain ") + shown(c));
      }
    }
    return tag;
  }

  private void checkRegistry(String registry) throws InvalidReferenceException {
    String host = registry;
    int colon = registry.lastIndexOf(':');
    boolean bracketed = registry.startsWith("[");
    if (colon > registry.lastIndexOf(']')) {
      checkPort(registry.substring(colon + 1));
      host = registry.substring(0, colon);
    }
    if (bracketed) {
      checkIpv6(host);
      return;
    }
    int start = 0;
    while (start <= host.length()) {
      int dot = host.indexOf('.', start);
      int end = dot < 0 ? host.length() : dot;
      checkHostLabel(host.substring(start, end));
      start = end + 1;
    }
  }

  private void checkHostLabel(String label) throws InvalidReferenceException {
    if (label.isEmpty()) {
      throw invalid("the registry has an empty part");
    }
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      boolean inner = i > 0 && i < label.length() - 1;
      if (!isLetterOrDigit(c) && !(inner && c == '-')) {
        throw invalid("the registry may not have " + shown(c) + " there");
      }
    }
  }

  private void checkPort(String port) throws InvalidReferenceException {
    boolean digits = !port.isEmpty() && port.length() <= 5;
    for (int i = 0; digits && i < port.length(); i++) {
      digits = port.charAt(i) >= '0' && port.charAt(i) <= '9';
    }
    if (!digits || Integer.parseInt(port) > 65535) {
      throw invalid("the port is not a number up to 65535");
    }
  }

  private void checkIpv6(String host) throws InvalidReferenceException {
    boolean valid = host.endsWith("]") && host.length() > 2;
    for (int i = 1; valid && i < host.length() - 1; i++) {
      char c = host.charAt(i);
      valid = c == ':' || Character.digit(c, 16) >= 0 && c < 128;
    }
    if (!valid) {
      throw invalid("the registry is not an IPv6 address in brackets");
    }
  }

  private void checkRepository(String repository) throws InvalidReferenceException {
    int start = 0;
    while (start <= repository.length()) {
      int slash = repository.indexOf('/', start);
      int end = slash < 0 ? repository.length() : slash;
      checkComponent(repository.substring(start, end));
      start = end + 1;
    }
  }

  private void checkComponent(String component) throws InvalidReferenceException {
    if (component.isEmpty()) {
      throw invalid("the repository has an empty part");
    }
    int separatorStart = -1;
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      if (c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
        checkSeparator(component, separatorStart, i);
        separatorStart = -1;
      } else if (c >= 'A' && c <= 'Z') {
        throw invalid("the repository must be lower case");
      } else if (c != '.' && c != '_' && c != '-') {
        throw invalid("the repository may not contain " + shown(c));
      } else if (i == 0) {
        throw invalid("no part of the repository may begin with " + shown(c));
      } else if (separatorStart < 0) {
        separatorStart = i;
      }
    }
    if (separatorStart >= 0) {
      throw invalid("no part of the repository may end with " + shown(last(component)));
    }
  }

  /// Between letters and digits stand one dot, one or two underscores, or any number of dashes.
  private void checkSeparator(String component, int start, int end)
      throws InvalidReferenceException {
    if (start < 0 || end - start == 1) {
      return;
    }
    String separator = component.substring(start, end);
    boolean dashes = true;
    for (int i = 0; i < separator.length(); i++) {
      dashes &= separator.charAt(i) == '-';
    }
    if (!dashes && !separator.equals("__")) {
      throw invalid("the repository may not contain \"" + separator + "\"");
    }
  }

  private InvalidReferenceException invalid(String reason) {
    return new InvalidReferenceException(input, reason);
  }

  private static char last(String text) {
    return text.charAt(text.length() - 1);
  }

  private static String shown(char c) {
    boolean printable = c > ' ' && c < 127;
    return printable ? "'" + c + "'" : "the character U+" + hex4(c);
  }

  private static String hex4(char c) {
    String hex = Integer.toHexString(c);
    return "0000".substring(hex.length()) + hex;
  }

  private static boolean hasUpperCase(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 'A' && text.charAt(i) <= 'Z') {
        return true;
      }
    }
    return false;
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}
