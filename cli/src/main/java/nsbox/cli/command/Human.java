package nsbox.cli.command;

/// Times and sizes as docker words them.
final class Human {
  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;
  private static final int DAY = 24 * HOUR;

  private Human() {}

  /// `5 seconds`, `About a minute`, `3 weeks`.
  static String duration(long seconds) {
    if (seconds < 1) {
      return "Less than a second";
    } else if (seconds == 1) {
      return "1 second";
    } else if (seconds < MINUTE) {
      return seconds + " seconds";
    } else if (seconds < 2 * MINUTE) {
      return "About a minute";
    } else if (seconds < HOUR) {
      return seconds / MINUTE + " minutes";
    } else if (seconds < 2 * HOUR) {
      return "About an hour";
    } else if (seconds < 2 * DAY) {
      return seconds / HOUR + " hours";
    } else if (seconds < 14 * DAY) {
      return seconds / DAY + " days";
    } else if (seconds < 60L * DAY) {
      return seconds / (7 * DAY) + " weeks";
    } else if (seconds < 730L * DAY) {
      return seconds / (30 * DAY) + " months";
    }
    return seconds / (365 * DAY) + " years";
  }

  /// Decimal units and three digits: `3.63MB`.
  static String size(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    if (unit == 0) {
      return bytes + "B";
    }
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    double scale = Math.pow(10, decimals);
    double rounded = Math.round(value * scale) / scale;
    String text = Double.toString(rounded);
    return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + units[unit];
  }
}
