package nsbox.cli.network;

/// Names in the order in which people count: `net2` before `net10`.
final class NaturalOrder {
  private NaturalOrder() {}

  static int compare(String one, String other) {
    int i = 0;
    int j = 0;
    while (i < one.length() && j < other.length()) {
      int endOfOne = endOfDigits(one, i);
      int endOfOther = endOfDigits(other, j);
      int order;
      if (endOfOne > i && endOfOther > j) {
        order = compareNumbers(one.substring(i, endOfOne), other.substring(j, endOfOther));
        i = endOfOne;
        j = endOfOther;
      } else {
        order = Character.compare(one.charAt(i++), other.charAt(j++));
      }
      if (order != 0) {
        return order;
      }
    }
    int rest = Integer.compare(one.length() - i, other.length() - j);
    return rest != 0 ? rest : one.compareTo(other);
  }

  private static int endOfDigits(String text, int start) {
    int end = start;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static int compareNumbers(String one, String other) {
    String plain = withoutZeros(one);
    String otherPlain = withoutZeros(other);
    int order = Integer.compare(plain.length(), otherPlain.length());
    return order != 0 ? order : plain.compareTo(otherPlain);
  }

  private static String withoutZeros(String digits) {
    int start = 0;
    while (start < digits.length() - 1 && digits.charAt(start) == '0') {
      start++;
    }
    return digits.substring(start);
  }
}
