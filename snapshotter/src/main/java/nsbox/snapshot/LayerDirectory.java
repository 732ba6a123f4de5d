package nsbox.snapshot;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A directory of the tree that a layer makes together with what it lies on.
///
/// It is either *made*, in the layer itself, or only known from below. Each directory that is made
/// is known here, so a name that is not among the children is no directory of the layer.
final class LayerDirectory {
  final LayerDirectory parent;
  final byte[] name;

  /// Of the path from the root. The path itself is put together when needed: hostile layers have
  /// millions of directories, all of them deep.
  final int pathBytes;

  /// The layers below that add to it, topmost first, whatever this layer hides; null as long as
  /// nobody has asked.
  int[] lowers;

  /// Whether nothing below shows in it any more.
  boolean severed;

  boolean made;

  /// Hides what the layers below have in it, if they have something.
  boolean opaque;

  /// What it gets when all entries are there, for entries change times and need it writable. Null
  /// where it gets what the layers below say.
  Metadata metadata;

  /// The files of it that another thread is making; null for none.
  FileBatch files;

  private Map<Name, LayerDirectory> children = Map.of();
  private List<byte[]> whiteouts = List.of();

  LayerDirectory(LayerDirectory parent, byte[] name) {
    this.parent = parent;
    this.name = name;
    this.pathBytes =
        parent == null || parent.parent == null ? name.length : parent.pathBytes + 1 + name.length;
    this.severed = parent != null && parent.severed;
  }

  /// Canonical, from the root.
  byte[] path() {
    byte[] path = new byte[pathBytes];
    int end = pathBytes;
    for (LayerDirectory at = this; at.parent != null; at = at.parent) {
      end -= at.name.length;
      System.arraycopy(at.name, 0, path, end, at.name.length);
      if (end > 0) {
        path[--end] = '/';
      }
    }
    return path;
  }

  LayerDirectory child(byte[] name) {
    return children.isEmpty() ? null : children.get(new Name(name));
  }

  LayerDirectory add(byte[] name) {
    LayerDirectory child = new LayerDirectory(this, name);
    if (children.isEmpty()) {
      children = new HashMap<>();
    }
    children.put(new Name(name), child);
    return child;
  }

  /// Takes a child back that went when this was severed, being only known from below by then.
  void keep(LayerDirectory child) {
    if (child(child.name) == null) {
      children.put(new Name(child.name), child);
    }
    child.severed |= severed;
  }

  void forget(byte[] name) {
    if (!children.isEmpty()) {
      children.remove(new Name(name));
    }
  }

  Collection<LayerDirectory> children() {
    return children.values();
  }

  void addWhiteout(byte[] name) {
    if (whiteouts.isEmpty()) {
      whiteouts = new ArrayList<>();
    }
    whiteouts.add(name);
  }

  List<byte[]> whiteouts() {
    return whiteouts;
  }

  /// Whether what it gets in the end depends on the layers below.
  boolean dependsOnLowers() {
    return metadata == null || opaque || !whiteouts.isEmpty();
  }

  /// From now on nothing below shows in it, nor in the directories within.
  void sever() {
    severed = true;
    if (!children.isEmpty()) {
      children.values().removeIf(child -> !child.made);
    }
    children.values().forEach(LayerDirectory::sever);
  }
}
