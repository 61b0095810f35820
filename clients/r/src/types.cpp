#include "types.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <stdexcept>

#include "contract.h"

namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::DynamicMessageFactory;

class Types {
 public:
  Types() : factory_(&pool_) {
    google::protobuf::FileDescriptorSet files;
    if (!files.ParseFromArray(contract, sizeof contract)) throw std::runtime_error("the contract cannot be read");
    for (const auto& file : files.file())
      if (pool_.BuildFile(file) == nullptr) throw std::runtime_error("the contract has a fault in " + file.name());
  }

  std::unique_ptr<google::protobuf::Message> make(const std::string& name) {
    const auto* type = pool_.FindMessageTypeByName(name);
    if (type == nullptr) throw std::invalid_argument("the contract has no message " + name);
    return std::unique_ptr<google::protobuf::Message>(factory_.GetPrototype(type)->New());
  }

 private:
  DescriptorPool pool_;
  DynamicMessageFactory factory_;
};

}  // namespace

std::unique_ptr<google::protobuf::Message> new_message(const std::string& type) {
  static auto* types = new Types;  // never destroyed: R's finalizers run late
  return types->make(type);
}
