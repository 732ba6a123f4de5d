package nsbox.trust;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Reads a policy's file.
final class PolicyReader {
  private static final Set<String> PATH_TRANSPORTS = Set.of("oci", "oci-archive", "dir");
  private static final Set<String> UNSCOPED_TRANSPORTS = Set.of("docker-archive", "tarball");

  private final RequirementReader requirements;

  PolicyReader(Path cwd) {
    this.requirements = new RequirementReader(cwd);
  }

  Policy read(byte[] bytes, String file) throws TrustException {
    try {
      JsonObject json = Json.parseStrictly(bytes, file);
      RequirementReader.only(json, Set.of("default", "transports"));
      List<Requirement> fallback = requirements.read(json, "default");
      Map<String, Map<String, List<Requirement>>> transports = new LinkedHashMap<>();
      if (json.members().containsKey("transports")) {
        JsonObject members = json.object("transports");
        for (String transport : members.members().keySet()) {
          transports.put(transport, scopes(transport, members.object(transport)));
        }
      }
      return new Policy(file, fallback, transports);
    } catch (JsonException e) {
      throw new TrustException.PolicyFile(file, e.getMessage(), e);
    }
  }

  private Map<String, List<Requirement>> scopes(String transport, JsonObject json)
      throws JsonException {
    Map<String, List<Requirement>> scopes = new LinkedHashMap<>();
    for (String scope : json.members().keySet()) {
      checkScope(transport, scope, json);
      scopes.put(scope, requirements.read(json, scope));
    }
    return scopes;
  }

  /* A scope that can never match was meant to say something that it now does not. */
  private static void checkScope(String transport, String scope, JsonObject json)
      throws JsonException {
    String problem = null;
    if (scope.isEmpty()) {
      return;
    } else if (UNSCOPED_TRANSPORTS.contains(transport)) {
      problem = transport + " has no scopes but \"\"";
    } else if (PATH_TRANSPORTS.contains(transport)) {
      if (!scope.startsWith("/")) {
        problem = "not an absolute path";
      } else if (scope.equals("/")) {
        problem = "use \"\" for all of the transport";
      } else if ((scope + "/").matches(".*/\\.{0,2}/.*")) {
        problem = "a path with . or .. or a slash too many never matches";
      }
    } else if (transport.equals("docker") && scope.lastIndexOf('*') > 0) {
      problem = "a * may only stand for the first parts of a host";
    } else if (transport.equals("docker") && scope.startsWith("*") && !scope.startsWith("*.")) {
      problem = "after the * a dot is needed";
    }
    if (problem != null) {
      throw new JsonException(json.locationOf(scope) + ": " + problem);
    }
  }
}
