package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The table of the specification, by what mount_setattr(2) makes of it.
class MountOptionsTest {
  private static final long MS_UNBINDABLE = 0x20000;
  private static final long MS_PRIVATE = 0x40000;
  private static final long MS_SLAVE = 0x80000;
  private static final long MS_SHARED = 0x100000;

  @ParameterizedTest
  @CsvSource({
    "ro,            0x1,      0",
    "rw,            0,        0x1",
    "nosuid,        0x2,      0",
    "suid,          0,        0x2",
    "nodev,         0x4,      0",
    "dev,           0,        0x4",
    "noexec,        0x8,      0",
    "exec,          0,        0x8",
    "noatime,       0x10,     0x70",
    "atime,         0,        0x70",
    "strictatime,   0x20,     0x70",
    "nostrictatime, 0,        0x70",
    "relatime,      0,        0x70",
    "norelatime,    0,        0x70",
    "nodiratime,    0x80,     0",
    "diratime,      0,        0x80",
    "nosymfollow,   0x200000, 0",
    "symfollow,     0,        0x200000",
  })
  void setsAttributesOfTheMountAndWithAnRBeforeThemOfAllBelow(
      String option, String set, String clear) throws UnsupportedSpecException {
    MountOptions one = MountOptions.parse(List.of(option));
    MountOptions all = MountOptions.parse(List.of("r" + option));
    assertEquals(Long.decode(set), one.set());
    assertEquals(Long.decode(clear), one.clear());
    assertFalse(one.recursive());
    assertEquals(Long.decode(set), all.set());
    assertEquals(Long.decode(clear), all.clear());
    assertTrue(all.recursive());
    assertTrue(one.data().isEmpty() && all.data().isEmpty());
  }

  @Test
  void setsPropagation() throws UnsupportedSpecException {
    assertEquals(MS_PRIVATE, MountOptions.parse(List.of("private")).propagation());
    assertEquals(MS_PRIVATE, MountOptions.parse(List.of("rprivate")).propagation());
    assertEquals(MS_SLAVE, MountOptions.parse(List.of("slave")).propagation());
    assertEquals(MS_SLAVE, MountOptions.parse(List.of("rslave")).propagation());
    assertEquals(MS_SHARED, MountOptions.parse(List.of("shared")).propagation());
    assertEquals(MS_SHARED, MountOptions.parse(List.of("rshared")).propagation());
    assertEquals(MS_UNBINDABLE, MountOptions.parse(List.of("unbindable")).propagation());
    assertEquals(MS_UNBINDABLE, MountOptions.parse(List.of("runbindable")).propagation());
    assertEquals(0, MountOptions.parse(List.of("ro")).propagation());
  }

  @Test
  void tellsABindFromARecursiveOne() throws UnsupportedSpecException {
    MountOptions bind = MountOptions.parse(List.of("bind"));
    assertTrue(bind.bind());
    assertFalse(bind.bindRecursive());
    MountOptions recursive = MountOptions.parse(List.of("rbind"));
    assertTrue(recursive.bind());
    assertTrue(recursive.bindRecursive());
    assertFalse(recursive.recursive());
  }

  @Test
  void passesOnWhatIsForTheFileSystem() throws UnsupportedSpecException {
    MountOptions options =
        MountOptions.parse(List.of("nosuid", "mode=755", "size=65536k", "newinstance", "gid=5"));
    assertEquals(List.of("mode=755", "size=65536k", "newinstance", "gid=5"), options.data());
    assertEquals(MountOptions.NOSUID, options.set());
  }

  /* fsconfig(2) knows these by name. */
  @ParameterizedTest
  @ValueSource(strings = {"async", "sync", "dirsync", "lazytime", "nolazytime", "mand", "nomand"})
  void leavesFlagsOfTheFileSystemToTheKernel(String option) throws UnsupportedSpecException {
    assertEquals(List.of(option), MountOptions.parse(List.of(option)).data());
  }

  /* They only say whether the kernel logs why a mount failed. */
  @Test
  void needsNothingForDefaultsAndForNoise() throws UnsupportedSpecException {
    assertEquals(
        MountOptions.parse(List.of()),
        MountOptions.parse(List.of("defaults", "", "silent", "loud")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"iversion", "noiversion"})
  void refusesByNameWhatItDoesNotApply(String option) {
    UnsupportedSpecException e =
        assertThrows(
            UnsupportedSpecException.class, () -> MountOptions.parse(List.of("ro", option)));
    assertEquals(
        "mount option " + option + ": this version of nsbox does not apply it", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"remount", "tmpcopyup", "idmap", "ridmap", "src-nofollow", "copy-symlink"})
  void keepsWhatTheRuntimeItselfDoesFromTheFileSystem(String option) throws Exception {
    MountOptions options = MountOptions.parse(List.of(option));
    assertTrue(options.wants(option));
    assertFalse(MountOptions.parse(List.of("ro")).wants(option));
    assertEquals(List.of(), options.data());
    assertEquals(0, options.set() | options.clear());
  }

  /* As runc does: what is for all mounts is set after what is for one. */
  @Test
  void keepsWhatIsForOneMountFromThoseBelow() throws UnsupportedSpecException {
    MountOptions mixed = MountOptions.parse(List.of("ro", "rnosuid", "rdev"));
    assertTrue(mixed.isMixed());
    assertFalse(mixed.recursive());
    assertEquals(MountOptions.RDONLY, mixed.set());
    assertEquals(0, mixed.clear());
    assertEquals(MountOptions.NOSUID, mixed.below().set());
    assertEquals(MountOptions.NODEV, mixed.below().clear());
    assertFalse(MountOptions.parse(List.of("rro", "rnosuid")).isMixed());
    assertFalse(MountOptions.parse(List.of("ro", "nosuid")).isMixed());
    MountOptions one = MountOptions.parse(List.of("nosuid", "ro", "rrw", "rnodev")).ofOneMount();
    assertEquals(MountOptions.NOSUID | MountOptions.NODEV, one.set());
    assertFalse(one.readonly());
    assertTrue(MountOptions.parse(List.of("rro")).readonly());
  }

  @Test
  void tellsThePropagationOfOneMountFromThatOfAll() throws UnsupportedSpecException {
    assertTrue(MountOptions.parse(List.of("rbind", "rslave")).hasPlainPropagation());
    assertTrue(MountOptions.parse(List.of("bind", "slave")).hasPlainPropagation());
    MountOptions top = MountOptions.parse(List.of("rbind", "slave"));
    assertFalse(top.hasPlainPropagation());
    assertEquals(0, top.propagation());
    assertEquals(List.of(MS_SLAVE), top.propagations());
    assertEquals(
        List.of(MS_SLAVE, MS_SHARED | MountOptions.MS_REC),
        MountOptions.parse(List.of("slave", "rshared")).propagations());
  }

  @Test
  void letsTheLastOfTwoOppositesCount() throws UnsupportedSpecException {
    assertFalse(MountOptions.parse(List.of("ro", "rw")).readonly());
    assertTrue(MountOptions.parse(List.of("rw", "ro")).readonly());
    assertEquals(0x10, MountOptions.parse(List.of("strictatime", "noatime")).set());
  }

  @Test
  void writesFirstWhatIsReadOnlyLater() throws UnsupportedSpecException {
    MountOptions options = MountOptions.parse(List.of("ro", "nosuid", "mode=1777"));
    assertEquals(MountOptions.NOSUID, options.writable().set());
    assertEquals(List.of("mode=1777"), options.writable().data());
  }
}
