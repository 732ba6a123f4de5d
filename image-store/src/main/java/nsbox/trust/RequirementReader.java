package nsbox.trust;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.image.InvalidReferenceException;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Reads the requirements of a policy. What is not known is an error: it may have been meant to
/// forbid something.
final class RequirementReader {
  private static final List<String> KEYS =
      List.of("keyPath", "keyPaths", "keyData", "keyDatas", "fulcio", "pki");
  private static final List<String> GPG_KEYS = List.of("keyPath", "keyPaths", "keyData");
  private static final List<String> REKOR =
      List.of(
          "rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData", "rekorPublicKeyDatas");

  private final Path cwd;

  /// @param cwd where the paths of keys begin that are not absolute
  RequirementReader(Path cwd) {
    this.cwd = cwd;
  }

  /// @param holder has the list as a member; the list may not be empty
  List<Requirement> read(JsonObject holder, String member) throws JsonException {
    List<Requirement> requirements = new ArrayList<>();
    for (JsonObject json : holder.objects(member)) {
      String rule = holder.locationOf(member) + "[" + requirements.size() + "]";
      requirements.add(requirement(json, rule));
    }
    if (requirements.isEmpty()) {
      throw new JsonException(holder.locationOf(member) + ": at least one requirement is needed");
    }
    return List.copyOf(requirements);
  }

  private Requirement requirement(JsonObject json, String rule) throws JsonException {
    String type = json.string("type");
    return switch (type) {
      case "insecureAcceptAnything" -> {
        only(json, Set.of("type"));
        yield new Requirement.AcceptAnything();
      }
      case "reject" -> {
        only(json, Set.of("type"));
        yield new Requirement.Reject(rule);
      }
      case "signedBy" -> signedBy(json, rule);
      case "sigstoreSigned" -> sigstoreSigned(json, rule);
      default -> throw new JsonException(json.locationOf("type") + ": not known: " + type);
    };
  }

  private Requirement signedBy(JsonObject json, String rule) throws JsonException {
    only(json, Set.of("type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"));
    String keyType = json.string("keyType");
    if (!keyType.equals("GPGKeys")) {
      throw new JsonException(json.locationOf("keyType") + ": expected GPGKeys, found " + keyType);
    }
    one(json, GPG_KEYS, rule);
    keySource(json, rule);
    signedIdentity(json);
    return new Requirement.Unchecked(rule, "a GPG signature (signedBy)");
  }

  private Requirement sigstoreSigned(JsonObject json, String rule) throws JsonException {
    Set<String> known = new HashSet<>(KEYS);
    known.addAll(REKOR);
    known.addAll(Set.of("type", "signedIdentity"));
    only(json, known);
    String source = one(json, KEYS, rule);
    KeySource keys = keySource(json, rule);
    SignedIdentity identity = signedIdentity(json);
    if (source.equals("fulcio") || source.equals("pki")) {
      json.object(source);
      return new Requirement.Unchecked(rule, "a certificate's signature (" + source + ")");
    }
    for (String rekor : REKOR) {
      if (json.members().containsKey(rekor)) {
        return new Requirement.Unchecked(rule, "an entry of a transparency log (" + rekor + ")");
      }
    }
    return new Requirement.Signed(rule, keys, identity);
  }

  private static String one(JsonObject json, List<String> names, String rule) throws JsonException {
    List<String> found = new ArrayList<>(names);
    found.retainAll(json.members().keySet());
    if (found.size() != 1) {
      throw new JsonException(
          rule
              + ": exactly one of "
              + String.join(", ", names)
              + " is needed, found "
              + (found.isEmpty() ? "none" : String.join(", ", found)));
    }
    return found.getFirst();
  }

  private KeySource keySource(JsonObject json, String rule) throws JsonException {
    List<Path> files = new ArrayList<>();
    List<byte[]> texts = new ArrayList<>();
    for (String path : strings(json, "keyPath", "keyPaths")) {
      try {
        files.add(cwd.resolve(path));
      } catch (InvalidPathException e) {
        throw new JsonException(rule + ": not a path: " + e.getReason(), e);
      }
    }
    for (String data : strings(json, "keyData", "keyDatas")) {
      try {
        texts.add(Base64.getDecoder().decode(data));
      } catch (IllegalArgumentException e) {
        throw new JsonException(rule + ": the key's data is not Base64", e);
      }
    }
    return new KeySource(List.copyOf(files), List.copyOf(texts), rule);
  }

  private static List<String> strings(JsonObject json, String one, String several)
      throws JsonException {
    if (json.members().containsKey(one)) {
      return List.of(json.string(one));
    }
    List<String> strings = json.strings(several);
    if (strings.isEmpty() && json.members().containsKey(several)) {
      throw new JsonException(json.locationOf(several) + ": at least one key is needed");
    }
    return strings;
  }

  private static SignedIdentity signedIdentity(JsonObject holder) throws JsonException {
    if (!holder.members().containsKey("signedIdentity")) {
      return new SignedIdentity.MatchRepoDigestOrExact();
    }
    JsonObject json = holder.object("signedIdentity");
    String type = json.string("type");
    return switch (type) {
      case "matchExact" -> {
        only(json, Set.of("type"));
        yield new SignedIdentity.MatchExact();
      }
      case "matchRepoDigestOrExact" -> {
        only(json, Set.of("type"));
        yield new SignedIdentity.MatchRepoDigestOrExact();
      }
      case "matchRepository" -> {
        only(json, Set.of("type"));
        yield new SignedIdentity.MatchRepository();
      }
      case "exactReference" -> {
        only(json, Set.of("type", "dockerReference"));
        yield new SignedIdentity.ExactReference(name(json, "dockerReference", false));
      }
      case "exactRepository" -> {
        only(json, Set.of("type", "dockerRepository"));
        yield new SignedIdentity.ExactRepository(name(json, "dockerRepository", true));
      }
      case "remapIdentity" -> {
        only(json, Set.of("type", "prefix", "signedPrefix"));
        yield new SignedIdentity.RemapIdentity(
            prefix(json, "prefix"), prefix(json, "signedPrefix"));
      }
      default -> throw new JsonException(json.locationOf("type") + ": not known: " + type);
    };
  }

  private static DockerName name(JsonObject json, String member, boolean repository)
      throws JsonException {
    try {
      DockerName name = DockerName.parse(json.string(member));
      if (name.bare() != repository) {
        throw new JsonException(
            json.locationOf(member)
                + (repository ? ": a tag or digest has no place here" : ": no tag and no digest"));
      }
      return name;
    } catch (InvalidReferenceException e) {
      throw new JsonException(json.locationOf(member) + ": " + e.getMessage(), e);
    }
  }

  /* A host, or the beginning of a name: something may follow it, and then it is a repository. */
  private static String prefix(JsonObject json, String member) throws JsonException {
    String prefix = json.string(member);
    try {
      DockerName.parse(prefix + "/x");
      return prefix;
    } catch (InvalidReferenceException e) {
      throw new JsonException(json.locationOf(member) + ": not the beginning of a name", e);
    }
  }

  static void only(JsonObject json, Set<String> known) throws JsonException {
    for (String name : json.members().keySet()) {
      if (!known.contains(name)) {
        throw new JsonException(json.locationOf(name) + ": not known");
      }
    }
  }
}
