package nsbox.runtime.plan;

import java.util.List;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.LinuxSpec.IdRange;
import nsbox.runtime.spec.LinuxSpec.Namespace;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// What a configuration must say for somebody who is not root to make a container of it.
///
/// Each would be refused by the kernel as well, in words that name no field.
///
/// @spec https://man7.org/linux/man-pages/man7/user_namespaces.7.html
final class Rootless {
  private final Rights rights;
  private final Spec spec;
  private final LinuxSpec linux;

  Rootless(Rights rights, Spec spec) {
    this.rights = rights;
    this.spec = spec;
    this.linux = spec.linux();
  }

  /// @throws UnsupportedSpecException if it takes root to make it
  void check() throws UnsupportedSpecException {
    if (!linux.hasNamespace("user")) {
      throw new UnsupportedSpecException(
          "linux.namespaces",
          "no user namespace, and without one only root can make a container; you are user "
              + rights.uid()
              + ". 'nsbox-runtime spec --rootless' writes a configuration with one");
    }
    for (MountSpec mount : spec.mounts()) {
      checkMapping(mount);
    }
    if (!linux.hasNewNamespace("user")) {
      return;
    }
    requireOwn("uidMappings", linux.uidMappings(), rights.uid());
    requireOwn("gidMappings", linux.gidMappings(), rights.gid());
    requireMapper(
        "uidMappings",
        "newuidmap",
        rights.mapsUsers(linux.uidMappings()) || rights.uidMapper().isPresent());
    requireMapper(
        "gidMappings",
        "newgidmap",
        rights.mapsGroups(linux.gidMappings()) || rights.gidMapper().isPresent());
    checkUser();
    checkNamespaces();
    for (MountSpec mount : spec.mounts()) {
      checkOptions(mount);
    }
  }

  private static void requireOwn(String name, List<IdRange> ranges, long id)
      throws UnsupportedSpecException {
    for (IdRange range : ranges) {
      if (id >= range.hostId() && id < range.hostId() + range.size()) {
        return;
      }
    }
    throw new UnsupportedSpecException(
        "linux." + name, "your own id " + id + " is in none of these ranges of the host");
  }

  private static void requireMapper(String name, String program, boolean there)
      throws UnsupportedSpecException {
    if (!there) {
      throw new UnsupportedSpecException(
          "linux." + name,
          "more than your own id, which takes the program "
              + program
              + ", and there is none on the search path; install the package uidmap");
    }
  }

  private void checkUser() throws UnsupportedSpecException {
    requireMapped("process.user.uid", spec.process().user().uid(), linux.uidMappings());
    requireMapped("process.user.gid", spec.process().user().gid(), linux.gidMappings());
    List<Long> groups = spec.process().user().additionalGids();
    if (!groups.isEmpty() && rights.mapsGroups(linux.gidMappings())) {
      throw new UnsupportedSpecException(
          "process.user.additionalGids",
          groups + ", but whose own group alone is mapped may not change groups");
    }
    for (long group : groups) {
      requireMapped("process.user.additionalGids", group, linux.gidMappings());
    }
  }

  private static void requireMapped(String field, long id, List<IdRange> ranges)
      throws UnsupportedSpecException {
    if (IdMapping.hostId(ranges, id) < 0) {
      throw new UnsupportedSpecException(field, id + " is not mapped in the user namespace");
    }
  }

  /* Whoever is root of a new user namespace has no rights over namespaces that were there before. */
  private void checkNamespaces() throws UnsupportedSpecException {
    for (Namespace namespace : linux.namespaces()) {
      if (namespace.path().isPresent()) {
        throw new UnsupportedSpecException(
            "linux.namespaces",
            "who is not root cannot join the "
                + namespace.type()
                + " namespace "
                + namespace.path().get()
                + " from a new user namespace; join the user namespace that it belongs to");
      }
    }
  }

  private static void checkMapping(MountSpec mount) throws UnsupportedSpecException {
    if (mount.mapping().isPresent()) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(), "only root can map the ids of a mount (uidMappings)");
    }
  }

  private void checkOptions(MountSpec mount) throws UnsupportedSpecException {
    for (String options : MountOptions.parse(mount.options()).data()) {
      for (String option : options.split(",")) {
        if (option.startsWith("uid=")) {
          checkOption(mount, option, linux.uidMappings());
        } else if (option.startsWith("gid=")) {
          checkOption(mount, option, linux.gidMappings());
        }
      }
    }
  }

  private static void checkOption(MountSpec mount, String option, List<IdRange> ranges)
      throws UnsupportedSpecException {
    long id;
    try {
      id = Long.parseLong(option.substring("uid=".length()));
    } catch (NumberFormatException e) {
      /* For the file system to judge. */
      return;
    }
    if (IdMapping.hostId(ranges, id) < 0) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(),
          "option " + option + ": this id is not mapped in the user namespace");
    }
  }
}
