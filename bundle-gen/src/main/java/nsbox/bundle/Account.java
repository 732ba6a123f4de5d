package nsbox.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Who a container runs as: the `user` of an image or of the command line, looked up in the image.
///
/// The rules are docker's: a number needs no entry, a name does; the groups that list the user come
/// along unless a group is asked for.
///
/// @param home of the user as the image has it, empty where it says nothing
/// @param groups supplementary groups, the primary one among them
public record Account(long uid, long gid, String home, List<Long> groups) {
  private static final String PASSWD = "/etc/passwd";
  private static final String GROUP = "/etc/group";
  private static final long MAX_ID = 0xfffffffeL;

  /// @param user `user[:group]`, or empty for root
  /// @param more groups beside the user's own, by name or number
  static Account resolve(String user, List<String> more, RootFiles files)
      throws IOException, BundleException {
    Account account = resolve(user, files);
    if (more.isEmpty()) {
      return account;
    }
    List<String> groupLines = lines(files, GROUP);
    List<Long> groups = new ArrayList<>(account.groups());
    for (String name : more) {
      long group = group(name, groupLines);
      if (!groups.contains(group)) {
        groups.add(group);
      }
    }
    return new Account(account.uid(), account.gid(), account.home(), groups);
  }

  /// @param user `user[:group]`, or empty for root
  public static Account resolve(String user, RootFiles files) throws IOException, BundleException {
    int colon = user.indexOf(':');
    String name = colon < 0 ? user : user.substring(0, colon);
    String groupName = colon < 0 ? "" : user.substring(colon + 1);
    if (name.isEmpty()) {
      name = "0";
    }
    Optional<Long> number = number(name);
    String[] entry = find(lines(files, PASSWD), name, number, 7);
    if (entry == null && number.isEmpty()) {
      throw new BundleException.UnknownUser("user", name, PASSWD);
    }
    long uid = number.isPresent() ? checked("user", number.get()) : id(entry[2], PASSWD);
    long gid = entry == null ? 0 : id(entry[3], PASSWD);
    String home = entry == null ? "" : entry[5];
    List<String> groupLines = lines(files, GROUP);
    if (!groupName.isEmpty()) {
      gid = group(groupName, groupLines);
      return new Account(uid, gid, home, List.of(gid));
    }
    return new Account(uid, gid, home, memberships(gid, entry, groupLines));
  }

  private static long group(String name, List<String> lines) throws BundleException {
    Optional<Long> number = number(name);
    if (number.isPresent()) {
      return checked("group", number.get());
    }
    String[] entry = find(lines, name, number, 3);
    if (entry == null) {
      throw new BundleException.UnknownUser("group", name, GROUP);
    }
    return id(entry[2], GROUP);
  }

  private static List<Long> memberships(long gid, String[] user, List<String> lines)
      throws BundleException {
    List<Long> groups = new ArrayList<>();
    groups.add(gid);
    for (String line : lines) {
      String[] fields = line.split(":", -1);
      if (user == null || fields.length < 4 || !lists(fields[3], user[0])) {
        continue;
      }
      long group = id(fields[2], GROUP);
      if (!groups.contains(group)) {
        groups.add(group);
      }
    }
    return groups;
  }

  private static boolean lists(String members, String name) {
    return ("," + members + ",").contains("," + name + ",");
  }

  /* By name, or by the number in the third field. */
  private static String[] find(
      List<String> lines, String name, Optional<Long> number, int fieldCount) {
    for (String line : lines) {
      String[] fields = line.split(":", -1);
      if (fields.length < fieldCount) {
        continue;
      }
      if (number.isPresent() ? fields[2].equals(number.get().toString()) : fields[0].equals(name)) {
        return fields;
      }
    }
    return null;
  }

  private static List<String> lines(RootFiles files, String path) throws IOException {
    Optional<byte[]> content = files.read(path);
    if (content.isEmpty()) {
      return List.of();
    }
    return List.of(new String(content.get(), StandardCharsets.UTF_8).split("\n"));
  }

  private static Optional<Long> number(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return Optional.empty();
      }
    }
    return text.isEmpty() || text.length() > 10
        ? Optional.empty()
        : Optional.of(Long.parseLong(text));
  }

  /* The kernel takes 32 bits of it, and all bits set for "as it is": both would be root. */
  private static long checked(String kind, long id) throws BundleException {
    if (id > MAX_ID) {
      throw new BundleException.BadValue(
          "the " + kind + " " + id + " is no id: " + MAX_ID + " is the highest");
    }
    return id;
  }

  private static long id(String field, String file) throws BundleException {
    Optional<Long> number = number(field);
    if (number.isEmpty() || number.get() > MAX_ID) {
      throw new BundleException.BadValue(
          "the image's " + file + " has an entry with the id '" + field + "', which is none");
    }
    return number.get();
  }
}
