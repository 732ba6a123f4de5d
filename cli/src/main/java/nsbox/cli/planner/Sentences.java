package nsbox.cli.planner;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import nsbox.bundle.BundleException;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.LayerVariables;
import nsbox.cli.output.OutputException;
import nsbox.engine.AmbiguousContainerException;
import nsbox.engine.ContainerBusyException;
import nsbox.engine.MountException;
import nsbox.engine.NameTakenException;
import nsbox.image.ImageException;
import nsbox.image.ImageNotFoundException;
import nsbox.image.InvalidReferenceException;
import nsbox.linux.LinuxException;
import nsbox.network.NetworkException;
import nsbox.registry.config.HelperFailedException;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.snapshot.LayerException;
import nsbox.snapshot.UnsuitedFileSystemException;
import nsbox.trust.TrustException;

/// Puts failures into words: what could not be done, what was found, what to do.
final class Sentences {
  private Sentences() {}

  static Failure of(Exception exception) {
    return switch (exception) {
      case Failure failure -> failure;
      case ImageNotFoundException e ->
          new Failure(
              e.getMessage()
                  + "\n  'nsbox images' lists what is there; 'nsbox import DIR' brings an image in.",
              e);
      case InvalidReferenceException e -> new Failure(e.getMessage(), e);
      case ImageException e -> new Failure(e.getMessage() + "\n  Nothing was stored.", e);
      case TrustException.UnusableKey e -> new Failure(e.getMessage(), e);
      case TrustException.PolicyFile e ->
          new Failure(e.getMessage() + "\n  No image is taken in before it can be read.", e);
      case TrustException e -> new Failure(e.getMessage() + "\n  Nothing was stored.", e);
      case HelperFailedException e ->
          new Failure(
              e.getMessage() + "\n  To see why: echo REGISTRY | " + e.program() + " get", e);
      case LayerException e ->
          new Failure(e.getMessage() + "\n  Nothing of it was kept." + LayerVariables.advice(e), e);
      case UnsuitedFileSystemException e ->
          new Failure(
              e.getMessage()
                  + (e.copyHelps()
                      ? "\n  Use --storage-driver copy, or keep the root on another file system: --root DIR"
                      : "\n  Keep the root on another file system: --root DIR"),
              e);
      case OutputException e -> new Failure(e.getMessage(), e);
      case BundleException e -> new Failure(e.getMessage(), e);
      case UnsupportedSpecException e -> new Failure(e.getMessage(), e);
      case NameTakenException e ->
          new Failure(
              e.getMessage() + "\n  Choose another, or remove that container: nsbox rm -f NAME", e);
      case MountException e -> mount(e);
      case NetworkException e -> new Failure(e.getMessage(), e);
      case ContainerBusyException e -> new Failure(e.getMessage(), e);
      case AmbiguousContainerException e -> new Failure(e.getMessage(), e);
      case LinuxException e when e.errno() == Errno.ENOSPC ->
          new Failure(
              Errno.text(e.errno())
                  + " where images and containers are kept\n  'nsbox system df' shows what could go.",
              e);
      case LinuxException e -> new Failure(e.object() + ": " + Errno.text(e.errno()), e);
      case NoSuchFileException e -> new Failure(e.getFile() + ": no such file or directory", e);
      case AccessDeniedException e -> new Failure(e.getFile() + ": permission denied", e);
      case FileSystemException e ->
          new Failure(e.getFile() + ": " + (e.getReason() == null ? "failed" : e.getReason()), e);
      case IOException e -> new Failure(e.getMessage() == null ? e.toString() : e.getMessage(), e);
      /* A mistake of ours: say so, and where. */
      default -> new Failure("internal error, please report it: " + trace(exception), exception);
    };
  }

  private static Failure mount(MountException e) {
    String reason = Errno.text(e.errno());
    if (!e.unmounting()) {
      return new Failure(
          "cannot mount the image on "
              + e.path()
              + ": "
              + reason
              + "\n  Where overlayfs does not work: nsbox --storage-driver copy image mount ...",
          e);
    }
    return new Failure(
        "cannot unmount the image on "
            + e.path()
            + ": "
            + reason
            + (e.errno() == Errno.EBUSY
                ? "\n  A process has files open there, or stands in it. Regardless of it: nsbox image"
                    + " unmount --force"
                : ""),
        e);
  }

  static String trace(Exception exception) {
    StringWriter text = new StringWriter();
    exception.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
