package nsbox.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReaderTest {
  private static String reason(String json) {
    TrustException.PolicyFile e =
        assertThrows(
            TrustException.PolicyFile.class,
            () -> new PolicyReader(Path.of("/")).read(json.getBytes(UTF_8), "policy.json"),
            json);
    assertEquals("policy.json", e.file());
    assertEquals("signature policy " + e.reason(), e.getMessage());
    return e.reason();
  }

  /* Single quotes stand for double ones. */
  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                        | not a JSON object
          {}                        | default: at least one requirement is needed
          {'default':[]}            | default: at least one requirement is needed
          {'default':null}          | default: at least one requirement is needed
          {'default':{}}            | default: expected a list, found an object
          {'default':[3]}           | default[0]: expected an object, found the number 3
          {'default':[{}]}          | default[0].type: missing, expected a string
          {'default':[{'type':'accept'}]} | default[0].type: not known: accept
          {'default':[{'type':'reject'}],'more':1} | more: not known
          {'default':[{'type':'reject','keyPath':'/k'}]} | default[0].keyPath: not known
          {'default':[{'type':'insecureAcceptAnything','x':1}]} | default[0].x: not known
          {'default':[{'type':'reject'}],'transports':[]} | transports: expected an object, found a list
          {'default':[{'type':'reject'}],'transports':{'docker':null}} | transports.docker: missing, expected an object
          {'default':[{'type':'reject'}],'transports':{'docker':{'a.test':[]}}} | transports.docker.a.test: at least one requirement is needed
          """)
  void refusesWhatIsNoPolicy(String json, String reason) {
    assertEquals("policy.json: " + reason, reason(json.replace('\'', '"')));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'x':1,'keyPath':'/k' | .x: not known
          'signedIdentity':{'type':'matchExact'} | : exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio, pki is needed, found none
          'keyPath':'/k','keyData':'' | : exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio, pki is needed, found keyPath, keyData
          'keyPath':3 | .keyPath: expected a string, found the number 3
          'keyPath':null | .keyPath: missing, expected a string
          'keyPath':'\\u0000' | : not a path: Nul character not allowed
          'keyPaths':[] | .keyPaths: at least one key is needed
          'keyDatas':[3] | .keyDatas[0]: expected a string, found the number 3
          'keyData':'%' | : the key's data is not Base64
          'fulcio':3 | .fulcio: expected an object, found the number 3
          'keyPath':'/k','signedIdentity':null | .signedIdentity: missing, expected an object
          'keyPath':'/k','signedIdentity':{'type':'any'} | .signedIdentity.type: not known: any
          'keyPath':'/k','signedIdentity':{'type':'matchExact','x':1} | .signedIdentity.x: not known
          'keyPath':'/k','signedIdentity':{'type':'exactReference'} | .signedIdentity.dockerReference: missing, expected a string
          'keyPath':'/k','signedIdentity':{'type':'exactReference','dockerReference':'a'} | .signedIdentity.dockerReference: no tag and no digest
          'keyPath':'/k','signedIdentity':{'type':'exactRepository','dockerRepository':'a:1'} | .signedIdentity.dockerRepository: a tag or digest has no place here
          'keyPath':'/k','signedIdentity':{'type':'remapIdentity','prefix':'a.test'} | .signedIdentity.signedPrefix: missing, expected a string
          'keyPath':'/k','signedIdentity':{'type':'remapIdentity','prefix':'a:x','signedPrefix':'b'} | .signedIdentity.prefix: not the beginning of a name
          'keyPath':'/k','signedIdentity':{'type':'remapIdentity','prefix':'','signedPrefix':'b'} | .signedIdentity.prefix: not the beginning of a name
          """)
  void refusesSignaturesThatAreNotWellAskedFor(String members, String reason) {
    String json = "{'default':[{'type':'sigstoreSigned'," + members + "}]}";
    assertEquals("policy.json: default[0]" + reason, reason(json.replace('\'', '"')));
  }

  @Test
  void refusesGpgKeysThatAreNotWellNamed() {
    String open = "{\"default\":[{\"type\":\"signedBy\"";
    assertEquals(
        "policy.json: default[0].keyType: expected GPGKeys, found X",
        reason(open + ",\"keyType\":\"X\",\"keyPath\":\"/k\"}]}"));
    assertEquals(
        "policy.json: default[0]: exactly one of keyPath, keyPaths, keyData is needed, found none",
        reason(open + ",\"keyType\":\"GPGKeys\"}]}"));
    assertEquals(
        "policy.json: default[0].keyDatas: not known",
        reason(open + ",\"keyType\":\"GPGKeys\",\"keyDatas\":[]}]}"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "docker, *a.test, after the * a dot is needed",
    "docker, a.*.test, a * may only stand for the first parts of a host",
    "oci, a, not an absolute path",
    "oci, /, use \"\" for all of the transport",
    "oci-archive, /a/../b, a path with . or .. or a slash too many never matches",
    "oci, /a/, a path with . or .. or a slash too many never matches",
    "docker-archive, x.tar, docker-archive has no scopes but \"\"",
  })
  void refusesScopesThatNeverMatch(String transport, String scope, String problem) {
    String json =
        "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"%s\":{\"%s\":[{\"type\":\"reject\"}]}}}"
            .formatted(transport, scope);
    assertEquals(
        "policy.json: transports." + transport + "." + scope + ": " + problem, reason(json));
  }

  @Test
  void saysInWhichLineTheJsonBreaks() {
    assertEquals(
        "policy.json: not valid JSON at line 2: Duplicate field 'default'",
        reason("{\"default\":[{\"type\":\"reject\"}],\n\"default\":[]}"));
    assertEquals(
        "policy.json: not valid JSON at line 3: ", reason("{\n\n\"default\":]").substring(0, 39));
  }
}
