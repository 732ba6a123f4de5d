package nsbox.transfer;

import java.time.Duration;

/// How hard a transfer tries.
///
/// @param connections how many requests run at once
/// @param pieceBytes longest part of a blob that one request asks for
/// @param retries how often a request that brought nothing new is repeated
/// @param retryDelay before the first repetition; it doubles each time
public record TransferOptions(int connections, long pieceBytes, int retries, Duration retryDelay) {
  public static final TransferOptions DEFAULT =
      new TransferOptions(4, 16L << 20, 3, Duration.ofMillis(500));

  public TransferOptions withRetries(int count) {
    return new TransferOptions(connections, pieceBytes, count, retryDelay);
  }

  public TransferOptions withRetryDelay(Duration delay) {
    return new TransferOptions(connections, pieceBytes, retries, delay);
  }
}
