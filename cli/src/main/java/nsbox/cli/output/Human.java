package nsbox.cli.output;

/// Times and sizes as docker words them.
public final class Human {
  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;
  private static final int DAY_HOURS = 24;

  private Human() {}

  /// `5 seconds`, `About a minute`, `3 weeks`.
  public static String duration(long seconds) {
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
    }
    /* From here on to the nearest hour. */
    long hours = (seconds + HOUR / 2) / HOUR;
    if (hours == 1) {
      return "About an hour";
    } else if (hours < 2 * DAY_HOURS) {
      return hours + " hours";
    } else if (hours < 14 * DAY_HOURS) {
      return hours / DAY_HOURS + " days";
    } else if (hours < 60 * DAY_HOURS) {
      return hours / (7 * DAY_HOURS) + " weeks";
    } else if (hours < 730 * DAY_HOURS) {
      return hours / (30 * DAY_HOURS) + " months";
    }
    return hours / (365 * DAY_HOURS) + " years";
  }

  /// Decimal units and three digits: `3.63MB`.
  public static String size(long bytes) {
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
