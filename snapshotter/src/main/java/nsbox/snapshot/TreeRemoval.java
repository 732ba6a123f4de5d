package nsbox.snapshot;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;

/// Removes a large tree by two threads: each takes a directory, unlinks the files in it, and leaves
/// the directories in it to whoever is free. The last to finish one of those removes their parent.
///
/// The first failure ends all; what is left is as good as before to begin again with.
final class TreeRemoval {
  private static final class Directory {
    final Directory parent;
    final byte[] path;

    /// Directories in it that are not removed yet; guarded by the removal's lock.
    int left;

    Directory(Directory parent, byte[] path) {
      this.parent = parent;
      this.path = path;
    }
  }

  private final Fd root;

  /// Guarded by this object's lock. The latest first: so few wait, however wide the tree is.
  private final Deque<Directory> waiting = new ArrayDeque<>();

  private boolean done;
  private LinuxException failure;
  private Throwable fault;

  private TreeRemoval(Fd root) {
    this.root = root;
  }

  /// @param path of a directory below `root`, canonical
  static void remove(Fd root, byte[] path) throws LinuxException {
    TreeRemoval removal = new TreeRemoval(root);
    removal.waiting.push(new Directory(null, path));
    Thread helper = Thread.ofPlatform().daemon().name("remove").start(removal::work);
    removal.work();
    boolean interrupted = false;
    while (helper.isAlive()) {
      try {
        helper.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    removal.throwFailure();
  }

  private synchronized void throwFailure() throws LinuxException {
    if (failure != null) {
      throw failure;
    }
    if (fault != null) {
      throw new IllegalStateException(fault);
    }
  }

  private void work() {
    try {
      for (Directory directory; (directory = next()) != null; ) {
        empty(directory);
      }
    } catch (LinuxException e) {
      end(e, null);
    } catch (RuntimeException | Error e) {
      end(null, e);
    }
  }

  private synchronized Directory next() {
    boolean interrupted = false;
    while (!done && waiting.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return done ? null : waiting.pop();
  }

  private synchronized void end(LinuxException failed, Throwable wrong) {
    done = true;
    failure = failure == null ? failed : failure;
    fault = fault == null ? wrong : fault;
    notifyAll();
  }

  private void empty(Directory directory) throws LinuxException {
    List<byte[]> children = Names.childrenAfterUnlinkingFiles(root, directory.path);
    if (children.isEmpty()) {
      finish(directory);
      return;
    }
    synchronized (this) {
      directory.left = children.size();
      for (byte[] child : children) {
        waiting.push(new Directory(directory, BytePath.join(directory.path, child)));
      }
      notifyAll();
    }
  }

  private void finish(Directory empty) throws LinuxException {
    for (Directory at = empty; at != null; at = at.parent) {
      Linux.rmdirat(root, at.path);
      synchronized (this) {
        if (at.parent == null) {
          end(null, null);
        } else if (--at.parent.left > 0) {
          return;
        }
      }
    }
  }
}
