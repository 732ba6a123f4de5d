package nsbox.cli.flags;

/// IP addresses as people write them. The JDK's parser would look names up.
final class Addresses {
  private static final int GROUPS = 8;

  private Addresses() {}

  static boolean isAddress(String text) {
    return text.indexOf(':') >= 0 ? isVersion6(text) : isVersion4(text);
  }

  private static boolean isVersion4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      if (part.isEmpty() || part.length() > 3 || !areDigits(part, "0123456789")) {
        return false;
      }
      if (Integer.parseInt(part) > 255 || part.length() > 1 && part.charAt(0) == '0') {
        return false;
      }
    }
    return true;
  }

  /* Eight groups, or fewer with one gap; the last two may be a version 4 address, and an interface
   * may stand behind. */
  private static boolean isVersion6(String text) {
    int zone = text.indexOf('%');
    String address = zone < 0 ? text : text.substring(0, zone);
    int gap = address.indexOf("::");
    if (gap < 0) {
      return groups(address, true) == GROUPS;
    }
    if (address.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    int before = gap == 0 ? 0 : groups(address.substring(0, gap), false);
    String rest = address.substring(gap + 2);
    int after = rest.isEmpty() ? 0 : groups(rest, true);
    return before >= 0 && after >= 0 && before + after < GROUPS;
  }

  /* Far below zero where one is none. */
  private static int groups(String text, boolean last) {
    int count = 0;
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      if (last && i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        if (!isVersion4(parts[i])) {
          return -GROUPS;
        }
        count += 2;
      } else if (parts[i].isEmpty()
          || parts[i].length() > 4
          || !areDigits(parts[i], "0123456789abcdefABCDEF")) {
        return -GROUPS;
      } else {
        count++;
      }
    }
    return count;
  }

  private static boolean areDigits(String text, String digits) {
    for (int i = 0; i < text.length(); i++) {
      if (digits.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }
}
