package nsbox.network.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MessageWriterTest {
  private static ByteBuffer read(MessageWriter out) {
    return ByteBuffer.wrap(out.bytes()).order(ByteOrder.nativeOrder());
  }

  private static void expect(ByteBuffer got, int... shorts) {
    for (int value : shorts) {
      assertEquals(value, got.getShort(), "before byte " + got.position());
    }
  }

  @Test
  void countsMessagesAndMeasuresThem() {
    MessageWriter out = new MessageWriter(1);
    out.message(16, MessageWriter.REQUEST | MessageWriter.CREATE).u32(7);
    out.message(17, MessageWriter.REQUEST);
    assertEquals(2, out.count());
    ByteBuffer got = read(out);
    assertEquals(20, got.getInt());
    expect(got, 16, 0x401);
    assertEquals(1, got.getInt());
    assertEquals(0, got.getInt());
    assertEquals(7, got.getInt());
    assertEquals(16, got.getInt());
    expect(got, 17, 1);
    assertEquals(2, got.getInt());
    assertEquals(0, got.getInt());
    assertEquals(0, got.remaining());
  }

  /* The length of an attribute leaves out the zeros behind it, and counts those of attributes in it. */
  @Test
  void measuresAndAlignsAttributes() {
    MessageWriter out = new MessageWriter(1).message(1, 0);
    out.nest(5).attribute(1, "abcd").attributeU8(2, 0xff).flag(3).end();
    ByteBuffer got = read(out);
    assertEquals(16 + 4 + 12 + 8 + 4, got.getInt());
    got.position(16);
    expect(got, 28, (short) 0x8005, 9, 1);
    assertEquals("abcd", new String(got.array(), got.position(), 4));
    got.position(got.position() + 4);
    assertEquals(0, got.getInt());
    expect(got, 5, 2);
    assertEquals((byte) 0xff, got.get());
    got.position(got.position() + 3);
    expect(got, 4, 3);
    assertEquals(0, got.remaining());
  }

  @Test
  void writesNumbersInTheMachinesOrderAndInThatOfNetworks() {
    MessageWriter out = new MessageWriter(1).message(1, 0);
    out.attributeU16(1, 0xfffe).attributeU32(2, 0x89abcdef).attributeBe32(3, 0x89abcdef);
    out.open(4).be16(0xfffe).end();
    ByteBuffer got = read(out);
    got.position(16);
    expect(got, 6, 1, -2, 0, 8, 2);
    assertEquals(0x89abcdef, got.getInt());
    expect(got, 8, 3);
    assertEquals(0x89abcdef, got.order(ByteOrder.BIG_ENDIAN).getInt());
    expect(got.order(ByteOrder.nativeOrder()), 6, 4);
    expect(got.order(ByteOrder.BIG_ENDIAN), -2, 0);
  }

  @Test
  void fillsUpToASize() {
    MessageWriter out = new MessageWriter(1).message(1, 0);
    int from = out.open(1).position();
    assertThrows(IllegalArgumentException.class, () -> out.bytes(new byte[5]).fill(from, 4));
    out.fill(from, 16).end();
    assertEquals(16 + 20, out.bytes().length);
  }

  @Test
  void refusesWhatTheKernelWouldMisread() {
    MessageWriter open = new MessageWriter(1).message(1, 0).nest(1);
    assertThrows(IllegalStateException.class, open::bytes);
    assertThrows(IllegalStateException.class, () -> open.message(2, 0));
    MessageWriter large = new MessageWriter(1).message(1, 0).open(1).bytes(new byte[0x10000]);
    assertThrows(IllegalStateException.class, large::end);
  }
}
