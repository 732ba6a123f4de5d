package nsbox.cli.image;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.Visible;
import nsbox.engine.Front;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.transfer.TransferListener;

/// Shows on standard error how a transfer goes on: bars on a terminal, else a line for each blob
/// that is done. To be closed before anything else is printed.
public final class Progress implements TransferListener, AutoCloseable {
  private static final long FRAME_MILLIS = 100;
  private static final String UP = "\u001b[%dA";
  private static final String CLEAR_LINE = "\u001b[2K";

  private final Front front;
  private final boolean bars;
  private final boolean quiet;
  private final int columns;
  private final int rows;
  private final Map<Digest, Line> lines = new LinkedHashMap<>();
  private final Thread painter;
  private int painted;
  private boolean closed;

  private static final class Line {
    private final String id;
    private final long sizeBytes;
    private final long startNanos = System.nanoTime();
    private long firstBytes = -1;
    private long bytes;
    private long endNanos;
    private Outcome outcome;

    private Line(Descriptor blob) {
      this.id = blob.digest().shortHex();
      this.sizeBytes = blob.sizeBytes();
    }
  }

  /// @param quiet says nothing but what goes wrong
  public Progress(Session session, boolean quiet) {
    this.front = session.front();
    this.quiet = quiet;
    this.bars = !quiet && session.invocation().errorIsTerminal();
    this.columns = Math.max(40, session.invocation().columns());
    this.rows = Math.max(4, session.invocation().rows());
    this.painter = new Thread(this::paintLoop, "progress");
    painter.setDaemon(true);
    if (bars) {
      painter.start();
    }
  }

  @Override
  public synchronized void started(Descriptor blob) {
    lines.putIfAbsent(blob.digest(), new Line(blob));
  }

  @Override
  public synchronized void advanced(Descriptor blob, long bytesDone) {
    Line line = lines.get(blob.digest());
    if (line != null) {
      line.firstBytes = line.firstBytes < 0 ? bytesDone : line.firstBytes;
      line.bytes = bytesDone;
    }
  }

  @Override
  public synchronized void finished(Descriptor blob, Outcome outcome) {
    Line line = lines.get(blob.digest());
    if (line == null || line.outcome != null) {
      return;
    }
    line.outcome = outcome;
    line.endNanos = System.nanoTime();
    if (!bars && !quiet) {
      print(line.id + ": " + ending(line) + "\n");
    }
  }

  @Override
  public synchronized void note(String sentence) {
    erase();
    print("nsbox: " + Visible.text(sentence) + "\n");
    paint();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    notifyAll();
    if (bars) {
      erase();
      paint();
    }
  }

  private synchronized void paintLoop() {
    while (!closed) {
      erase();
      paint();
      try {
        wait(FRAME_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void erase() {
    if (painted > 0) {
      print(UP.formatted(painted));
      painted = 0;
    }
  }

  private void paint() {
    if (!bars) {
      return;
    }
    StringBuilder text = new StringBuilder();
    int shown = 0;
    int hidden = Math.max(0, lines.size() - (rows - 2));
    for (Line line : lines.values()) {
      /* What does not fit on the screen: those that are done go first, then the last. */
      if (hidden > 0 && line.outcome != null) {
        hidden--;
        continue;
      }
      if (shown == rows - 2) {
        break;
      }
      String row = line.id + ": " + (line.outcome == null ? bar(line) : ending(line));
      text.append(CLEAR_LINE).append(row, 0, Math.min(row.length(), columns - 1)).append('\n');
      shown++;
    }
    painted = shown;
    print(text.toString());
  }

  private static String ending(Line line) {
    double seconds = (line.endNanos - line.startNanos) / 1e9;
    return switch (line.outcome) {
      case TRANSFERRED ->
          Human.size(line.sizeBytes) + " in " + Math.round(seconds * 10) / 10.0 + "s";
      case PRESENT -> "already there";
      case SHARED -> "brought by another nsbox";
      case MOUNTED -> "taken over from another repository";
    };
  }

  private String bar(Line line) {
    double seconds = (System.nanoTime() - line.startNanos) / 1e9;
    double rate = seconds < 0.2 ? 0 : (line.bytes - Math.max(0, line.firstBytes)) / seconds;
    String numbers = Human.size(line.bytes) + "/" + Human.size(line.sizeBytes);
    if (rate > 0 && line.bytes < line.sizeBytes) {
      long left = Math.round((line.sizeBytes - line.bytes) / rate);
      numbers += "  " + Human.size(Math.round(rate)) + "/s  " + left + "s left";
    } else if (line.bytes == line.sizeBytes) {
      numbers += "  unpacking";
    }
    int width = Math.clamp(columns - 60L, 10, 40);
    int full =
        line.sizeBytes == 0 ? width : (int) Math.min(width, width * line.bytes / line.sizeBytes);
    String arrow = full == width ? "" : ">" + " ".repeat(width - full - 1);
    return "[" + "=".repeat(full) + arrow + "] " + numbers;
  }

  private void print(String text) {
    try {
      front.err(text);
    } catch (IOException e) {
      /* Nobody looks any more; the transfer itself will notice that its front is gone. */
      closed = true;
    }
  }
}
