package nsbox.runtime.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;
import org.junit.jupiter.api.Test;

class SeccompTest {
  @Test
  void readsEveryField() throws Exception {
    Seccomp seccomp =
        parse(
            """
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
             "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_S390X", "SCMP_ARCH_X32"],
             "flags": ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"],
             "syscalls": [{"names": ["clone"], "action": "SCMP_ACT_TRACE", "errnoRet": 7, "args": [
               {"index": 1, "value": 2114060288, "valueTwo": 5, "op": "SCMP_CMP_MASKED_EQ"}]}]}
            """);
    assertEquals(new Action(Action.Kind.ERRNO, 38), seccomp.defaultAction());
    assertEquals(List.of(Architecture.X86_64, Architecture.X32), seccomp.architectures());
    assertEquals(2, seccomp.filterFlags());
    assertEquals(
        List.of(
            new Seccomp.Rule(
                List.of("clone"),
                new Action(Action.Kind.TRACE, 7),
                List.of(new Seccomp.Argument(1, 0x7E020000, 5, Operator.MASKED_EQUAL)))),
        seccomp.rules());
  }

  @Test
  void knowsTheReturnValueOfEveryAction() throws Exception {
    assertEquals(0x00000000, returnValue("SCMP_ACT_KILL"));
    assertEquals(0x00000000, returnValue("SCMP_ACT_KILL_THREAD"));
    assertEquals(0x80000000, returnValue("SCMP_ACT_KILL_PROCESS"));
    assertEquals(0x00030000, returnValue("SCMP_ACT_TRAP"));
    assertEquals(0x00050001, returnValue("SCMP_ACT_ERRNO"));
    assertEquals(0x7ff00001, returnValue("SCMP_ACT_TRACE"));
    assertEquals(0x7ffc0000, returnValue("SCMP_ACT_LOG"));
    assertEquals(0x7fff0000, returnValue("SCMP_ACT_ALLOW"));
  }

  @Test
  void namesTheFieldThatItDoesNotKnow() {
    refuses(
        "{'defaultAction': 'SCMP_ACT_NOTIFY'}",
        "p: defaultAction: SCMP_ACT_NOTIFY, but not every call can be asked about");
    refuses(
        "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': ["
            + "{'names': ['mkdir'], 'action': 'SCMP_ACT_NOTIFY'}]}",
        "p: listenerPath: missing, SCMP_ACT_NOTIFY needs it");
    refuses(
        "{'defaultAction': 'SCMP_ACT_ALLOW', 'listenerPath': '/s', 'syscalls': ["
            + "{'names': ['read', 'sendmsg'], 'action': 'SCMP_ACT_NOTIFY'}]}",
        "p: syscalls[0].names: SCMP_ACT_NOTIFY cannot be used for sendmsg");
    refuses("{'defaultAction': 'ALLOW'}", "p: defaultAction: ALLOW is no seccomp action");
    refuses(
        "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86', 'amd64']}",
        "p: architectures[1]: amd64 is no architecture");
    refuses(
        "{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['LOG']}",
        "p: flags[0]: LOG is no seccomp flag");
    refuses(rule("'action': 'SCMP_ACT_LOG'"), "p: syscalls[0].names: names no system call");
    refuses(
        rule("'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'errnoRet': 1"),
        "p: syscalls[0].errnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take one");
    refuses(
        rule("'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 4096"),
        "p: syscalls[0].errnoRet: 4096, expected 0 to 4095");
    refuses(
        rule(
            "'names': ['read'], 'action': 'SCMP_ACT_LOG', 'args': [{'index': 6, 'value': 0, 'op':"
                + " 'SCMP_CMP_EQ'}]"),
        "p: syscalls[0].args[0].index: 6, a system call has arguments 0 to 5");
    refuses(
        rule(
            "'names': ['read'], 'action': 'SCMP_ACT_LOG', 'args': [{'index': 0, 'value': 0, 'op':"
                + " 'EQ'}]"),
        "p: syscalls[0].args[0].op: EQ is no seccomp operator");
  }

  private static int returnValue(String action) throws JsonException {
    return parse("{'defaultAction': '" + action + "'}").defaultAction().returnValue();
  }

  private static String rule(String fields) {
    return "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{" + fields + "}]}";
  }

  private static void refuses(String json, String message) {
    assertEquals(message, assertThrows(JsonException.class, () -> parse(json)).getMessage());
  }

  private static Seccomp parse(String json) throws JsonException {
    return Seccomp.parse(Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "p"));
  }
}
