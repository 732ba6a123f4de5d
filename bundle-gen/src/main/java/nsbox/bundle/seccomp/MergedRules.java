package nsbox.bundle.seccomp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.json.JsonObject;

/// Rules for config.json, with the calls that share action and arguments in one rule.
///
/// The order of the rules for one call stays: a name joins an earlier rule only if no rule behind
/// that one speaks of the same call.
final class MergedRules {
  private final List<JsonObject> rules = new ArrayList<>();
  private final List<Set<String>> namesOfRules = new ArrayList<>();
  private final Map<JsonObject, Integer> ruleByBody = new HashMap<>();
  private final Map<String, Integer> lastRuleByName = new HashMap<>();

  void add(ConditionalRule rule) {
    Integer sameBody = ruleByBody.get(rule.body());
    if (sameBody == null || isOvertaken(rule, sameBody)) {
      sameBody = append(rule.body());
    }
    for (String name : rule.names()) {
      namesOfRules.get(sameBody).add(name);
      lastRuleByName.put(name, sameBody);
    }
  }

  /// The list for `linux.seccomp.syscalls`.
  List<JsonObject> rules() {
    for (int i = 0; i < rules.size(); i++) {
      rules.get(i).put("names", new ArrayList<>(namesOfRules.get(i)));
    }
    return rules;
  }

  private boolean isOvertaken(ConditionalRule rule, int target) {
    for (String name : rule.names()) {
      if (lastRuleByName.getOrDefault(name, target) > target) {
        return true;
      }
    }
    return false;
  }

  private int append(JsonObject body) {
    JsonObject rule = new JsonObject().put("names", List.of());
    for (Map.Entry<String, Object> field : body.members().entrySet()) {
      rule.put(field.getKey(), field.getValue());
    }
    int index = rules.size();
    rules.add(rule);
    namesOfRules.add(new LinkedHashSet<>());
    ruleByBody.put(body, index);
    return index;
  }
}
