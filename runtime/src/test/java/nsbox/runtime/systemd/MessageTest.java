package nsbox.runtime.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bytes on the wire. What is expected of a call was written by GLib's D-Bus.
class MessageTest {
  private static final HexFormat HEX = HexFormat.of();

  private static final String HEADER =
      "6c010001b000000007000000b300000001016f00190000002f6f72672f667265656465736b746f70"
          + "2f73797374656d64310000000000000002017300200000006f72672e667265656465736b746f702e"
          + "73797374656d64312e4d616e61676572000000000000000006017300180000006f72672e66726565"
          + "6465736b746f702e73797374656d6431000000000000000008016700107373612873762961287361"
          + "2873762929000000030173001200000053746172745472616e7369656e74556e6974000000000000";

  private static final String BODY =
      "07000000612e73636f706500040000006661696c00000000890000000000000005000000536c6963"
          + "650001730000000007000000732e736c696365000000000004000000504944730002617500000000"
          + "04000000070000000800000044656c6567617465000162000100000000000000090000004d656d6f"
          + "72794d61780001740000000000000000ffffffffffffffff0b000000416c6c6f7765644350557300"
          + "02617900010000008700000000000000";

  private static byte[] body() {
    return new Marshaller()
        .text("a.scope")
        .text("fail")
        .properties(
            List.of(
                UnitProperty.text("Slice", "s.slice"),
                UnitProperty.processes("PIDs", List.of(7)),
                UnitProperty.flag("Delegate", true),
                UnitProperty.number("MemoryMax", -1),
                UnitProperty.bytes("AllowedCPUs", new byte[] {(byte) 0x87})))
        .u32(0)
        .align(8)
        .toBytes();
  }

  @Test
  void hasValuesAsGlibWritesThem() {
    assertEquals(BODY, HEX.formatHex(body()));
  }

  @Test
  void hasPairsAsGlibWritesThem() {
    byte[] pairs =
        new Marshaller()
            .properties(
                List.of(
                    UnitProperty.pairs(
                        "DeviceAllow",
                        List.of(List.of("/dev/char/1:3", "rwm"), List.of("block-*", "m"))),
                    UnitProperty.number("TasksMax", 7)))
            .toBytes();
    assertEquals(
        "70000000000000000b000000446576696365416c6c6f770005612873732900003200000000000000"
            + "0d0000002f6465762f636861722f313a330000000300000072776d000000000007000000626c6f63"
            + "6b2d2a00010000006d00000000000000080000005461736b734d6178000174000700000000000000",
        HEX.formatHex(pairs));
  }

  @Test
  void callsAsGlibDoes() throws Exception {
    Message.Target target =
        new Message.Target(
            "org.freedesktop.systemd1",
            "/org/freedesktop/systemd1",
            "org.freedesktop.systemd1.Manager",
            "StartTransientUnit");
    byte[] call = Message.call(7, target, "ssa(sv)a(sa(sv))", body());
    assertEquals(HEADER + BODY, HEX.formatHex(call));
    byte[] start = Arrays.copyOf(call, Message.FIXED_BYTES);
    assertEquals(call.length - Message.FIXED_BYTES, Message.remaining(ByteBuffer.wrap(start)));
  }

  /* A signal of systemd, with the sender that nobody asks about: u, o, s, s. */
  private static Marshaller signal(boolean jobs) {
    Marshaller fields = new Marshaller();
    fields.align(8).u8(1).signature("o").text("/org/freedesktop/systemd1");
    fields.align(8).u8(3).signature("s").text("JobRemoved");
    fields.align(8).u8(8).signature("g").signature(jobs ? "uoss" : "uossa{sv}");
    fields.align(8).u8(7).signature("s").text(":1.0");
    byte[] header = fields.toBytes();
    Marshaller body = new Marshaller().u32(77).text("/job/77").text("a.scope").text("done");
    byte[] values = body.toBytes();
    return new Marshaller()
        .u8('l')
        .u8(Message.SIGNAL)
        .u8(1)
        .u8(1)
        .u32(values.length)
        .u32(9)
        .u32(header.length)
        .raw(header)
        .align(8)
        .raw(values);
  }

  @Test
  void readsSignals() throws Exception {
    Message signal = Message.parse(signal(true).toBytes());
    assertEquals(
        new Message(Message.SIGNAL, 0, "JobRemoved", "", List.of(77, "/job/77", "a.scope", "done")),
        signal);
    assertEquals("done", signal.text(3));
    assertThrows(IOException.class, () -> signal.text(0));
    assertThrows(IOException.class, () -> signal.text(4));
  }

  @Test
  void leavesOutValuesThatNobodyAsksAbout() throws Exception {
    assertEquals(4, Message.parse(signal(false).toBytes()).body().size());
  }

  @Test
  void readsErrorsAlsoOfTheOtherByteOrder() throws Exception {
    String error =
        "42030101" // big-endian, an error
            + "00000007" // length of the body
            + "00000002"
            + "0000002f" // length of the fields
            + "0401730000000010"
            + "6f72672e782e4572726f722e4e6f6e6500" // org.x.Error.None
            + "00000000000000"
            + "0501750000000007"
            + "08016700017300"
            + "00" // to 8 bytes
            + "00000002"
            + "6e6f00"; // "no"
    Message message = Message.parse(HEX.parseHex(error));
    assertEquals(new Message(Message.ERROR, 7, "", "org.x.Error.None", List.of("no")), message);
  }

  @Test
  void refusesWhatIsCutOffOrNoMessage() {
    byte[] whole = signal(true).toBytes();
    for (int length = Message.FIXED_BYTES; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThrows(IOException.class, () -> Message.parse(part), () -> "of " + part.length);
    }
    byte[] other = whole.clone();
    other[0] = 'x';
    assertThrows(IOException.class, () -> Message.parse(other));
    assertThrows(IOException.class, () -> Message.remaining(ByteBuffer.wrap(other)));
    byte[] long32 = whole.clone();
    Arrays.fill(long32, 4, 8, (byte) 0xff);
    assertThrows(IOException.class, () -> Message.remaining(ByteBuffer.wrap(long32)));
  }
}
