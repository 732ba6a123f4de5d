package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import nsbox.linux.Timestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TarWriterTest {
  private static TarEntry entry(long uid, long sizeBytes, Timestamp modified) {
    return new TarEntry(
        '0', bytes("f"), new byte[0], 0644, uid, 0, sizeBytes, modified, 0, 0, List.of());
  }

  @Test
  void needsNoRecordForWhatFits() {
    PaxBlock pax = new PaxBlock();
    byte[] header =
        TarWriter.header(entry(2097151, (1L << 33) - 1, new Timestamp((1L << 33) - 1, 0)), pax);
    assertEquals("", new String(pax.bytes()));
    TarHeader read = new TarHeader(header);
    assertEquals(2097151, read.uid());
    assertEquals((1L << 33) - 1, read.sizeBytes());
    assertEquals((1L << 33) - 1, read.modifiedSeconds());
    assertEquals(true, read.hasRightChecksum());
  }

  @Test
  void putsIntoRecordsWhatDoesNot() {
    PaxBlock pax = new PaxBlock();
    byte[] header = TarWriter.header(entry(2097152, 1L << 33, new Timestamp(-1, 0)), pax);
    assertEquals("12 mtime=-1\n19 size=8589934592\n15 uid=2097152\n", new String(pax.bytes()));
    TarHeader read = new TarHeader(header);
    assertEquals(0, read.uid());
    assertEquals(0, read.sizeBytes());
    assertEquals(0, read.modifiedSeconds());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "1, 500000000, 1.5",
    "1, 1, 1.000000001",
    "-1, 999999999, -0.000000001",
    "-2, 500000000, -1.5",
    "-5, 0, -5"
  })
  void writesTimesAsTheyAreRead(long seconds, int nanos, String text) {
    Timestamp time = new Timestamp(seconds, nanos);
    assertEquals(text, PaxBlock.text(time));
    assertEquals(time, PaxRecords.time(text));
  }

  @Test
  void countsARecordsOwnLength() {
    for (int length : new int[] {0, 1, 83, 84, 85, 982, 983, 984, 985, 65536}) {
      PaxBlock pax = new PaxBlock();
      byte[] value = "v".repeat(length).getBytes(StandardCharsets.US_ASCII);
      pax.putAttribute(bytes("a"), value);
      assertArrayEquals(
          value, PaxRecords.parse(pax.bytes()).attributes().getFirst().value(), "length " + length);
    }
  }

  @Test
  void saysWhichNamesAreNoText() {
    PaxBlock pax = new PaxBlock();
    pax.putName("path", bytes("\u00e4"));
    assertEquals("11 path=\u00e4\n", new String(pax.bytes(), StandardCharsets.UTF_8));
    pax.putName("path", new byte[] {(byte) 0xff});
    assertEquals(
        "21 hdrcharset=BINARY\n9 path=\u00ff\n",
        new String(pax.bytes(), StandardCharsets.ISO_8859_1));
  }

  @Test
  void writesNoEntryOfAnotherLengthThanItSays() throws Exception {
    TarWriter tar = new TarWriter(new ByteArrayOutputStream());
    TarEntry entry = entry(0, 2, Timestamp.EPOCH);
    tar.entry(entry);
    assertThrows(IllegalStateException.class, () -> tar.content(new byte[3], 0, 3));
    tar.content(new byte[1], 0, 1);
    assertThrows(IllegalStateException.class, () -> tar.entry(entry));
    assertThrows(IllegalStateException.class, tar::finish);
    tar.content(new byte[1], 0, 1);
    tar.finish();
  }
}
