package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import nsbox.linux.Fd;
import nsbox.linux.Inflate;
import nsbox.linux.Linux;
import nsbox.linux.OpenFlag;
import nsbox.linux.Resolve;
import nsbox.linux.Sha256;

/// Unpacked layers, each a directory that overlayfs takes as a lower one, named by its chain ID.
///
/// A snapshot appears whole or not at all, after its diff ID was found right and its files are on
/// the disk; it never changes afterwards, so readers need no lock. Of all threads and processes
/// that apply the same layer at once, one unpacks it and the others wait. What a killed process
/// leaves is invisible, and goes with the next [#apply], [#applyAll] or [#sweep].
///
/// A layer depends on those below it, because hard links, links in names and the metadata of
/// implied directories come from there: so it belongs to its chain ID and not to its diff ID.
///
/// On disk: `<name>/fs` is the layer and `<name>/opaque` the list of its opaque directories. The
/// name is the chain ID's hex, before it `<algorithm>-` if that is neither SHA-256 nor SHA-512,
/// which their lengths tell apart. `driver` is the choice of [Drivers], `userxattr` that of
/// [OverlayForm]. [#contains], [#directory], [#lowerDirectories] and [#hasUserAttributes] make no
/// system call from Java; all else does, and needs root, be it that of a user namespace.
public final class Snapshots {
  private final Path root;
  private final LayerLimits limits;

  private Snapshots(Path root, LayerLimits limits) {
    this.root = root;
    this.limits = limits;
  }

  /// As [#open(Path, LayerLimits)], with the default limits.
  public static Snapshots open(Path root) throws IOException {
    return open(root, LayerLimits.DEFAULT);
  }

  /// @param root created, for its owner alone, where it is missing; then the driver is chosen that
  ///   its file system allows ([Drivers])
  /// @param limits of each layer that is unpacked
  public static Snapshots open(Path root, LayerLimits limits) throws IOException {
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      Drivers.createRoot(root);
    }
    return new Snapshots(root.toAbsolutePath(), limits);
  }

  /// The same snapshots, for layers that nobody else has written: these may be of any size.
  public Snapshots unlimited() {
    return new Snapshots(root, LayerLimits.NONE);
  }

  /// The name of a layer on top of others.
  ///
  /// @param parentChainId null for the lowest layer
  /// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#layer-chainid
  public static String chainId(String parentChainId, String diffId) {
    if (parentChainId == null) {
      return diffId;
    }
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] text = (parentChainId + " " + diffId).getBytes(StandardCharsets.US_ASCII);
      return "sha256:" + HexFormat.of().formatHex(sha256.digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public boolean contains(String chainId) {
    return Files.isDirectory(directory(chainId), LinkOption.NOFOLLOW_LINKS);
  }

  /// Where the layer's files are, or would be.
  public Path directory(String chainId) {
    return snapshot(chainId).resolve("fs");
  }

  /// The directories to mount for an image, the topmost first, as overlayfs wants them.
  ///
  /// Layers below one whose root is opaque are left out: overlayfs has no opaque root.
  ///
  /// @throws UnsuitedFileSystemException if overlayfs would show a layer wrongly
  public List<Path> lowerDirectories(List<String> chainIdsBottomFirst) throws IOException {
    List<Path> lowers = new ArrayList<>();
    for (String chainId : chainIdsBottomFirst.reversed()) {
      lowers.add(directory(chainId));
      Set<Name> opaque = OpaqueDirectories.read(snapshot(chainId));
      if (opaque.contains(new Name(OpaqueDirectories.UNMARKED))) {
        throw new UnsuitedFileSystemException(
            "layer "
                + chainId
                + " was unpacked where overlayfs finds no attributes, so that an overlay would show"
                + " it wrongly",
            true,
            null);
      }
      if (opaque.contains(new Name(BytePath.ROOT))) {
        break;
      }
    }
    return lowers;
  }

  /// Whether overlayfs must be told, by `userxattr`, that its attributes on these layers are
  /// `user.overlay.*`: so it is where they were unpacked in a user namespace.
  public boolean hasUserAttributes() {
    return Files.exists(root.resolve(OverlayForm.MARK));
  }

  /// What the layers show together, for looking into it without a mount.
  public MergedTree merged(List<String> chainIdsBottomFirst) throws IOException {
    return MergedTree.of(snapshotsTopFirst(chainIdsBottomFirst));
  }

  /// To be called by commands that will unpack, before they do anything else.
  ///
  /// It begins to load what unpacking needs, in the background: that costs a cold JVM some 300 ms,
  /// which whoever waits for a registry or copies blobs first has to spare. And it makes
  /// libcrypto's the SHA-256 of the whole process.
  public static void warmUp() {
    Sha256.serveAll();
    Thread.ofPlatform()
        .daemon()
        .name("warm-up")
        .start(() -> {
          Sha256.create();
          Inflate.create().close();
        });
  }

  /// Unpacks one layer over its parents.
  ///
  /// Returning means "the snapshot is there", not "this call made it".
  ///
  /// @param parentChainIds the layers below, the lowest first, all of them applied
  /// @throws LayerException if the layer is at fault; nothing of it is kept
  public void apply(String chainId, List<String> parentChainIds, Layer layer) throws IOException {
    String parent = parentChainIds.isEmpty() ? null : parentChainIds.getLast();
    requireChain(chainId, parent, layer);
    if (contains(chainId)) {
      return;
    }
    List<Path> stack = new ArrayList<>(parentChainIds.stream().map(this::snapshot).toList());
    stack.add(snapshot(chainId));
    unpack(stack, List.of(missing(parentChainIds.size(), chainId, layer)), 1);
  }

  /// Unpacks the layers of an image that are not there yet, several at once, also while their bytes
  /// are still on their way. Layers that are there are not opened.
  ///
  /// Each layer becomes what [#apply] would have made of it. To that end a few have to be unpacked
  /// a second time, when those below are there; their blobs are then opened again.
  ///
  /// Returning means that all are there, and on the disk. They become visible together, when the
  /// last is unpacked; or earlier, where a layer on top of them is waited for, because somebody
  /// else unpacks it. The first failure ends all the work, and none that is not visible yet is
  /// kept. If somebody else fails at a layer, it is unpacked here.
  ///
  /// @param chainIds of the layers, in the same order
  /// @param workers how many layers are unpacked at once, the largest first. Each worker waits for
  ///   the bytes of its layer, so they should come in that order too
  /// @throws LayerException if a layer is at fault
  public void applyAll(List<Layer> layersBottomFirst, List<String> chainIds, int workers)
      throws IOException {
    if (layersBottomFirst.size() != chainIds.size() || workers < 1) {
      throw new IllegalArgumentException(
          layersBottomFirst.size() + " layers, " + chainIds.size() + " chain IDs, " + workers);
    }
    List<ImageUnpack.Missing> missing = new ArrayList<>();
    String parent = null;
    for (int i = 0; i < chainIds.size(); i++) {
      requireChain(chainIds.get(i), parent, layersBottomFirst.get(i));
      parent = chainIds.get(i);
      if (!contains(parent)) {
        missing.add(missing(i, parent, layersBottomFirst.get(i)));
      }
    }
    if (!missing.isEmpty()) {
      unpack(chainIds.stream().map(this::snapshot).toList(), missing, workers);
    }
  }

  private static void requireChain(String chainId, String parent, Layer layer) {
    if (!chainId.equals(chainId(parent, layer.diffId()))) {
      throw new IllegalArgumentException(chainId + " is not " + layer.diffId() + " on " + parent);
    }
  }

  private static ImageUnpack.Missing missing(int index, String chainId, Layer layer) {
    return new ImageUnpack.Missing(index, name(chainId).getBytes(StandardCharsets.US_ASCII), layer);
  }

  private void unpack(List<Path> stack, List<ImageUnpack.Missing> missing, int workers)
      throws IOException {
    sweep();
    try (ImageUnpack unpack = new ImageUnpack(root, limits, stack, missing)) {
      unpack.run(workers);
    }
  }

  /// The way back: a layer's tar, which unpacks on the same parents to the same snapshot.
  public LayerDiff diff(String chainId) throws IOException {
    return LayerDiff.ofSnapshot(snapshot(chainId));
  }

  /// The chain IDs of all snapshots, in no order.
  public List<String> list() throws IOException {
    List<String> chainIds = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        String chainId = chainIdOf(entry.getFileName().toString());
        if (chainId != null) {
          chainIds.add(chainId);
        }
      }
    }
    return chainIds;
  }

  /// The length of a layer's plain files together, as counted when it was unpacked; counted again
  /// where that is not told, or damaged.
  ///
  /// @return empty if it is not unpacked
  public OptionalLong contentBytes(String chainId) throws IOException {
    if (!contains(chainId)) {
      return OptionalLong.empty();
    }
    long told = -1;
    try {
      told = Long.parseLong(Files.readString(snapshot(chainId).resolve(PendingSnapshot.SIZE)));
    } catch (NoSuchFileException | NumberFormatException e) {
      // Counted below.
    }
    return OptionalLong.of(told >= 0 ? told : TreeSize.bytes(directory(chainId)));
  }

  /// How many bytes the files of a snapshot hold; a file with several names counts once.
  public long sizeBytes(String chainId) throws IOException {
    return TreeSize.bytes(snapshot(chainId));
  }

  /// Takes a snapshot away: it is gone at once for who looks now. Who has it mounted must be asked
  /// before; removing one that is not there is no error.
  public void remove(String chainId) throws IOException {
    hide(List.of(chainId));
    sweep();
  }

  /// Takes snapshots out of sight, in no time: they are gone for good, and [#sweep] removes their
  /// files. Those that are not there are no error.
  public void hide(List<String> chainIds) throws IOException {
    if (chainIds.isEmpty()) {
      return;
    }
    try (Fd rootFd = WorkDirectory.openRoot(root)) {
      for (String chainId : chainIds) {
        WorkDirectory.hide(rootFd, name(chainId).getBytes(StandardCharsets.US_ASCII));
      }
      // Before the first file goes: else one may be back without it after a power cut.
      Linux.fsync(rootFd);
    }
  }

  /// Removes what processes that are gone have left half-made. Work in progress is left alone.
  public void sweep() throws IOException {
    List<String> leftovers = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (WorkDirectory.isOne(name)) {
          leftovers.add(name);
        }
      }
    }
    if (leftovers.isEmpty()) {
      return;
    }
    try (Fd rootFd = WorkDirectory.openRoot(root)) {
      for (String name : leftovers) {
        WorkDirectory.sweep(rootFd, name.getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  /// Copies layers on top of each other into a plain directory: what overlayfs would show.
  ///
  /// Hard links within a layer, devices, owners, times and attributes are kept.
  ///
  /// @param destination an empty directory; what is in it after a failure is the caller's to remove
  public void materialize(List<String> chainIdsBottomFirst, Path destination) throws IOException {
    byte[] path = destination.toString().getBytes(StandardCharsets.UTF_8);
    try (Fd target = Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, Resolve.NO_MAGICLINKS)) {
      if (!Linux.names(target).isEmpty()) {
        throw new IllegalArgumentException(destination + " is not empty");
      }
      Materializer materializer = new Materializer(target);
      for (String chainId : chainIdsBottomFirst) {
        materializer.add(snapshot(chainId));
      }
      materializer.finish();
    }
  }

  private List<Path> snapshotsTopFirst(List<String> chainIdsBottomFirst) {
    return chainIdsBottomFirst.reversed().stream().map(this::snapshot).toList();
  }

  Path root() {
    return root;
  }

  private Path snapshot(String chainId) {
    return root.resolve(name(chainId));
  }

  /// No regular expression: every start of a container comes by here.
  private static String name(String chainId) {
    int colon = chainId.indexOf(':');
    String algorithm = chainId.substring(0, Math.max(0, colon));
    String hex = chainId.substring(colon + 1);
    boolean sha256 = algorithm.equals("sha256");
    boolean sha512 = algorithm.equals("sha512");
    boolean rightLength =
        sha256 || sha512 ? hex.length() == (sha256 ? 64 : 128) : hex.length() >= 64;
    if (!rightLength || hex.length() > 128 || !isPlain(hex, 'f') || !isPlain(algorithm, 'z')) {
      throw new IllegalArgumentException("chain ID " + chainId);
    }
    return sha256 || sha512 ? hex : algorithm + "-" + hex;
  }

  /// Null for what is no snapshot.
  private static String chainIdOf(String name) {
    int dash = name.indexOf('-');
    String algorithm =
        dash >= 0 ? name.substring(0, dash) : name.length() == 64 ? "sha256" : "sha512";
    String chainId = algorithm + ":" + name.substring(dash + 1);
    try {
      return name(chainId).equals(name) ? chainId : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isPlain(String text, char last) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > last)) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
