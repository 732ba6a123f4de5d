package nsbox.transfer;

import nsbox.image.Descriptor;

/// Hears how a transfer goes on, from several threads at once.
public interface TransferListener {

  /// A blob is going to be fetched or sent.
  void started(Descriptor blob);

  /// So many bytes of it are done by now; may go back after a bad start.
  void advanced(Descriptor blob, long bytesDone);

  /// It is done.
  void finished(Descriptor blob, Outcome outcome);

  /// Something went wrong that is tried again, or is good to know.
  void note(String sentence);

  /// How a blob got where it should be.
  enum Outcome {
    TRANSFERRED,
    /// It was there before.
    PRESENT,
    /// Another process brought it meanwhile.
    SHARED,
    /// The registry took it from another repository.
    MOUNTED
  }
}
